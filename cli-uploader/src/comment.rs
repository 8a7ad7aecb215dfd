//! `plimsoll comment`: the one sticky comment on a pull request.

mod github;

use crate::args::CommentArgs;
use crate::ci::{self, CiFacts};
use crate::client::{self, Api, Refusal};
use crate::environment::Environment;
use crate::failure::hinted;
use crate::plan::{self, CommentPlan, Secret};
use crate::upload::{self, Answers};
use crate::{Outcome, failure, markdown, output};
use anyhow::anyhow;
use github::{Posted, PullRequestPage};
use std::time::{Duration, Instant};

/// Renders the comment and posts it, or prints it where there is nowhere to post.
pub(crate) fn run(args: &CommentArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let ci = ci::detect(environment)?;
    let answers = answers(args, environment, &ci)?;
    let body = format!("{}\n{}", markdown::marker(&answers.project), markdown::document(&answers));
    let token = environment.text("GITHUB_TOKEN").filter(|_| !args.print);
    let Some(token) = token.map(|it| Secret::parse(it, "GITHUB_TOKEN")).transpose()? else {
        output::print(&body)?;
        return Ok(Outcome::Fine);
    };
    let number = args.pull_request.or(ci.pull_request.map(|it| it.number)).or(answers.pull_request);
    let Some(number) = number else {
        output::print("not a pull request: there is nothing to comment on\n")?;
        return Ok(Outcome::Fine);
    };
    let page = page(args, environment, token, number)?;
    let is_optional = args.skip_unchanged && markdown::is_unchanged(&answers);
    let posted = client::block_on(page.post(&markdown::marker(&answers.project), &body, is_optional));
    finish(posted, args.allow_forbidden)
}

fn answers(args: &CommentArgs, environment: &Environment, ci: &CiFacts) -> anyhow::Result<Answers> {
    if !args.answers.is_empty() {
        return upload::read_answers(&args.answers, environment.current_dir());
    }
    let CommentPlan { destination, commit } = plan::comment(args, environment, ci)?;
    let deadline = args.wait.map(|it| Instant::now() + Duration::from_secs(it));
    let answers = client::block_on(async { Api::new(&destination)?.builds_of(&commit, deadline).await })?;
    if answers.is_empty() {
        let error = anyhow!("the server has no build of commit {}", commit.short());
        return Err(hinted(error, "run `plimsoll upload` before"));
    }
    Ok(Answers::of_commit(&destination.project, &commit, answers))
}

fn page(
    args: &CommentArgs,
    environment: &Environment,
    token: Secret,
    number: u32,
) -> anyhow::Result<PullRequestPage> {
    let repository = args.repository.as_deref().or(environment.text("GITHUB_REPOSITORY"));
    let Some(repository) = repository else {
        return Err(hinted(anyhow!("the GitHub repository is not known"), "give --repository OWNER/NAME"));
    };
    let api = environment.text("GITHUB_API_URL").unwrap_or("https://api.github.com");
    PullRequestPage::new(api, repository, number, token, args.server.retries)
}

fn finish(posted: anyhow::Result<Posted>, allow_forbidden: bool) -> anyhow::Result<Outcome> {
    let error = match posted {
        Ok(posted) => {
            output::print(&format!("{posted}\n"))?;
            return Ok(Outcome::Fine);
        }
        Err(error) => error,
    };
    let is_forbidden = error.downcast_ref::<Refusal>().is_some_and(|it| it.status == 403);
    if is_forbidden && allow_forbidden {
        failure::note(
            "GitHub does not let this run comment, as for pull requests from forks; the job's summary has it all",
        );
        return Ok(Outcome::Fine);
    }
    Err(if is_forbidden { hinted(error, FORBIDDEN) } else { error })
}

const FORBIDDEN: &str = "the job needs `permissions: pull-requests: write`; pull requests from forks never get it, \
                         which --allow-forbidden tolerates";
