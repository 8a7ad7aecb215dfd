//! Which builds the form of comparisons offers.

use super::outline::outline;
use super::{measured, page};
use crate::support::{History, TestApp};
use plimsoll_protocol::{NewBuild, TargetName};
use sqlx::PgPool;

#[sqlx::test(migrator = "plimsoll_server::db::MIGRATOR")]
async fn a_comparison_offers_the_newest_build_that_has_a_baseline_and_names_targets_whole(db: PgPool) {
    const LONG: &str = "gateway-revision-c/thumbv7em-none-eabihf/release-with-debug-information/newlib";
    let app = TestApp::new(db).await;
    let project = app.project("acme/blinky").await;
    let elf = History::elf(3, 100);
    let first = measured(&app, &project, History::on_main(1), &elf).await.build.id;
    let second = measured(&app, &project, History::on_main(2), &elf).await.build.id;
    let newcomer = NewBuild { target: TargetName::parse(LONG).unwrap(), ..History::on_main(3) };
    let newcomer = measured(&app, &project, newcomer, &elf).await.build.id;
    let form = page(&app, "/acme/blinky/compare").await;
    let said = "Choose two builds. Offered are the newest of app.";
    assert!(outline(&form).contains(said), "{form}");
    assert!(form.contains(&format!("<optgroup label=\"{LONG}\">")), "{form}");
    let selected = |html: &str| -> Vec<String> {
        let options = html.split("<option value=\"").skip(1).filter(|it| it.contains("\" selected>"));
        options.filter_map(|it| it.split('"').next().map(str::to_owned)).collect()
    };
    assert_eq!(selected(&form), [first.to_string(), second.to_string()]);
    let form = page(&app, &format!("/acme/blinky/compare?new={newcomer}")).await;
    assert_eq!(selected(&form), [newcomer.to_string()], "which has no baseline");
    assert!(outline(&form).contains("Choose two builds."));
}
