//! What a server is sent that it must not take: each is refused with the place, and harms nothing that is stored.

use crate::elf::firmware;
use crate::live::{HANGS_AFTER, Server, Uploader, description, problem, zstd_part};
use reqwest::multipart::Part;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use tempfile::TempDir;

const LIMIT_BYTES: usize = 1024 * 1024;

/// A server with one good build.
async fn server() -> (Server, TempDir) {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_with(data.path(), &["--max-upload-bytes", "1M"]).with_project().await;
    let build = server.client.upload(0).await.build;
    server.client.measured(build.id).await;
    (server, data)
}

/// The refusal has this status, its text has these words, and the good build is still the only one.
async fn check(server: &Server, response: Response, status: StatusCode, words: &[&str]) {
    let problem = problem(response).await;
    assert_eq!(problem.status, status, "{problem:?}");
    for word in words {
        assert!(problem.detail.contains(word), "{word:?} is not in {problem:?}");
    }
    assert_eq!(server.client.n_builds().await, 1);
}

/// Uploads these bytes with a sound description.
async fn send_elf(client: &Uploader, elf: Vec<u8>) -> Response {
    client.send(&description(1), Part::bytes(elf)).await.unwrap()
}

/// Uploads a sound ELF with this changed in the description.
async fn send_described(client: &Uploader, field: &str, value: Value) -> Response {
    let mut description = description(1);
    description[field] = value;
    client.send(&description, Part::bytes(firmware(1, 64))).await.unwrap()
}

#[tokio::test]
async fn a_file_that_is_no_elf() {
    let (server, _data) = server().await;
    let response = send_elf(&server.client, b"#!/bin/sh\necho this is no firmware\n".to_vec()).await;
    check(&server, response, StatusCode::UNPROCESSABLE_ENTITY, &["elf:"]).await;
}

#[tokio::test]
async fn an_empty_file() {
    let (server, _data) = server().await;
    let response = send_elf(&server.client, Vec::new()).await;
    check(&server, response, StatusCode::UNPROCESSABLE_ENTITY, &["elf:", "empty"]).await;
}

#[tokio::test]
async fn an_elf_cut_anywhere() {
    let (server, _data) = server().await;
    let elf = firmware(1, 4096);
    for n_bytes in [4, 20, 51, 60, 0x1080, elf.len() / 2, elf.len() - 1] {
        let response = send_elf(&server.client, elf[..n_bytes].to_vec()).await;
        check(&server, response, StatusCode::UNPROCESSABLE_ENTITY, &["elf:"]).await;
    }
}

#[tokio::test]
async fn an_elf_over_the_limit() {
    let (server, _data) = server().await;
    let response = send_elf(&server.client, firmware(1, LIMIT_BYTES + 1)).await;
    check(&server, response, StatusCode::PAYLOAD_TOO_LARGE, &["1048576 bytes"]).await;
}

/// A client that reads the answer only when it has sent everything must get to read it.
#[tokio::test]
async fn an_elf_far_over_the_limit() {
    let (server, _data) = server().await;
    let response = send_elf(&server.client, vec![0; 20 * LIMIT_BYTES]).await;
    check(&server, response, StatusCode::PAYLOAD_TOO_LARGE, &["1048576 bytes"]).await;
}

#[tokio::test]
async fn a_zstd_bomb() {
    let (server, _data) = server().await;
    let bomb = zstd::encode_all(std::io::repeat(0).take(1024 * 1024 * 1024), 3).unwrap();
    assert!(bomb.len() < LIMIT_BYTES);
    let response = server.client.send(&description(1), zstd_part(bomb)).await.unwrap();
    check(&server, response, StatusCode::PAYLOAD_TOO_LARGE, &["1048576 bytes"]).await;
}

#[tokio::test]
async fn zstd_that_is_broken_or_cut() {
    let (server, _data) = server().await;
    let sound = zstd::encode_all(firmware(1, 4096).as_slice(), 3).unwrap();
    for body in [b"not zstd at all".to_vec(), sound[..sound.len() / 2].to_vec()] {
        let response = server.client.send(&description(1), zstd_part(body)).await.unwrap();
        check(&server, response, StatusCode::UNPROCESSABLE_ENTITY, &["elf:", "zstd"]).await;
    }
}

#[tokio::test]
async fn no_token_a_wrong_token_and_a_revoked_token() {
    let (server, _data) = server().await;
    let revoked = server.client.create_token().await;
    server.client.with_token(&revoked.token).upload(0).await;
    server.client.revoke_token(revoked.summary.id).await;
    let wrong = format!("{}x", &revoked.token[..revoked.token.len() - 1]);
    for (token, word) in
        [("", "token"), ("plim_nonsense", "not valid"), (&wrong, "not valid"), (&revoked.token, "revoked")]
    {
        let response = send_elf(&server.client.with_token(token), firmware(1, 64)).await;
        check(&server, response, StatusCode::UNAUTHORIZED, &[word]).await;
    }
}

#[tokio::test]
async fn somebody_elses_private_project_looks_like_none() {
    let (server, _data) = server().await;
    server.client.create_project("pirate/sloop").await;
    let pirate = server.client.with_project("pirate/sloop").create_token().await.token;
    let pirate = server.client.with_token(&pirate);
    let theirs = problem(send_elf(&pirate, firmware(1, 64)).await).await;
    let nobodys = problem(send_elf(&pirate.with_project("no/where"), firmware(1, 64)).await).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    assert_eq!(theirs, nobodys, "the answer does not tell whether the project exists");
    assert_eq!(server.client.n_builds().await, 1);
}

#[tokio::test]
async fn an_unknown_project() {
    let (server, _data) = server().await;
    let response = send_elf(&server.client.with_project("no/where"), firmware(1, 64)).await;
    check(&server, response, StatusCode::NOT_FOUND, &["project"]).await;
}

#[tokio::test]
async fn a_commit_id_that_is_none() {
    let (server, _data) = server().await;
    for commit in ["", "HEAD", "deadbeef", "../../etc/passwd", &"g".repeat(40)] {
        let response = send_described(&server.client, "commit", json!(commit)).await;
        check(
            &server,
            response,
            StatusCode::UNPROCESSABLE_ENTITY,
            &["commit", "40 or 64 hexadecimal digits"],
        )
        .await;
    }
}

#[tokio::test]
async fn an_ancestor_that_is_none() {
    let (server, _data) = server().await;
    let response = send_described(&server.client, "ancestry", json!(["0".repeat(40), "v1.0"])).await;
    check(&server, response, StatusCode::UNPROCESSABLE_ENTITY, &["v1.0"]).await;
}

#[tokio::test]
async fn a_linker_script_with_a_mistake_is_told_line_and_column() {
    let (server, _data) = server().await;
    let text = "MEMORY {\n  FLASH : ORIGIN = 0x10000100, LENGTH = 2048K - 0x100\n  RAM : ORIGIN = 0x20000000, LENGTH = ,\n}\n";
    let memory = json!({ "path": "memory.x", "text": text });
    let response = send_described(&server.client, "memory", memory).await;
    check(&server, response, StatusCode::UNPROCESSABLE_ENTITY, &["memory.x", "line 3", "column 39"]).await;
}

#[tokio::test]
async fn a_body_that_is_no_upload() {
    let (server, _data) = server().await;
    let response = server.client.request().body("elf").send().await.unwrap();
    check(&server, response, StatusCode::UNPROCESSABLE_ENTITY, &["content-type"]).await;
    let form = reqwest::multipart::Form::new().text("elf", "first");
    let response = server.client.request().multipart(form).send().await.unwrap();
    check(&server, response, StatusCode::UNPROCESSABLE_ENTITY, &["build"]).await;
    let response = server.client.send(&json!({ "target": "x" }), Part::bytes(firmware(1, 64))).await.unwrap();
    check(&server, response, StatusCode::UNPROCESSABLE_ENTITY, &["build", "commit"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_ends_its_headers_is_hung_up_on() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_with(data.path(), &["--idle-seconds", "1"]);
    let mut socket = TcpStream::connect(server.client.address()).unwrap();
    socket.set_read_timeout(Some(HANGS_AFTER)).unwrap();
    socket.write_all(b"GET / HTTP/1.1\r\nhost: ship\r\nx-and-").unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).expect("the server hangs up before the client loses patience");
}
