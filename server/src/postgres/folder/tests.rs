//! Where the socket goes and whom Postgres runs as.

use super::{MAX_SOCKET_PATH_BYTES, RunAs, SOCKET_NAME, socket_dir, user};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

#[test]
fn a_short_plain_folder_keeps_its_socket() {
    assert_eq!(
        socket_dir(Path::new("/var/lib/my plimsoll/postgres")),
        Path::new("/var/lib/my plimsoll/postgres/socket")
    );
}

#[test]
fn a_folder_that_no_socket_fits_in_gets_one_under_tmp() {
    let long = format!("/{}", "x".repeat(100));
    let unreadable = OsStr::from_bytes(b"/data/\xff");
    for home in [Path::new(&long), Path::new("/data,old"), Path::new("/da\nta"), Path::new(unreadable)] {
        let dir = socket_dir(home);
        assert!(dir.starts_with("/tmp"), "{}", dir.display());
        assert!(dir.as_os_str().len() + SOCKET_NAME.len() <= MAX_SOCKET_PATH_BYTES);
    }
}

#[test]
fn two_long_folders_get_two_sockets() {
    let [a, b] = ["a", "b"].map(|it| format!("/{}{it}", "x".repeat(100)));
    assert_ne!(socket_dir(Path::new(&a)), socket_dir(Path::new(&b)));
}

#[test]
fn users_are_read_from_passwd_and_root_is_never_taken() {
    let passwd = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\nbroken\n";
    let postgres = RunAs { name: "postgres".to_owned(), uid: 101, gid: 104 };
    assert_eq!(user(passwd, "postgres"), Some(postgres));
    assert_eq!(user(passwd, "root"), None);
    assert_eq!(user(passwd, "broken"), None);
}
