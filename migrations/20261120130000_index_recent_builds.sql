-- A project's newest builds across targets took a scan of all of them: 65 ms with 50,000.
create index build_recent_idx on build (project_id, committed_at desc);

-- Nearly all builds of long histories belong to no pull request.
create index build_pull_request_idx on build (project_id, pull_request) where pull_request is not null;
