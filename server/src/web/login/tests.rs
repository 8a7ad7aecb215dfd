//! Where a login may lead.

use super::own_path;

#[test]
fn a_login_leads_back_to_a_page_of_this_server() {
    assert_eq!(own_path("/acme/rocket?target=a%2Fb"), "/acme/rocket?target=a%2Fb");
}

#[test]
fn a_login_never_leads_to_another_site() {
    for next in ["", "https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "evil"]
    {
        assert_eq!(own_path(next), "/", "{next:?}");
    }
}
