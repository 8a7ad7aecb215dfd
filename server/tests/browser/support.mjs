// What the browser tests share: a browser, pages that remember every complaint, and the server's addresses.
//
// PLIMSOLL_URL          the server, with the demo's history on it
// PLIMSOLL_ADMIN_TOKEN  the administrator's token
// PLIMSOLL_PROJECT      the demo's project (default plimsoll/voyage)
// CHROMIUM              the browser (default /usr/bin/chromium)

import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { ADDRESSES } from "./addresses.mjs";

const required = (name) => {
  const value = process.env[name];
  assert.ok(value, `set ${name}`);
  return value.replace(/\/$/, "");
};

export const base = required("PLIMSOLL_URL");
export const adminToken = required("PLIMSOLL_ADMIN_TOKEN");
export const project = process.env.PLIMSOLL_PROJECT ?? "plimsoll/voyage";

/** Widths that matter: a desk, and a small phone held upright. */
export const DESK = { width: 1280, height: 900 };
export const PHONE = { width: 360, height: 740 };

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });

/** A page that writes down what the browser complains about: errors, refused contents, failed requests. */
export const open = async (browser, options = {}) => {
  const context = await browser.newContext({ viewport: DESK, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (it) => ["error", "warning"].includes(it.type()) && complaints.push(it.text()));
  page.on("pageerror", (it) => complaints.push(String(it)));
  // What is still on its way when the next page is opened is given up, and that is no complaint.
  page.on("requestfailed", (it) => it.failure()?.errorText !== "net::ERR_ABORTED" && complaints.push(`${it.url()}: ${it.failure()?.errorText}`));
  page.on("response", (it) => it.status() >= 400 && complaints.push(`${it.url()}: ${it.status()}`));
  return { context, page, complaints };
};

/** The API's answer, as the administrator. */
export const api = async (path, options = {}) => {
  const headers = { authorization: `Bearer ${adminToken}`, ...options.headers };
  const response = await fetch(`${base}/api/v1${path}`, { ...options, headers });
  assert.ok(response.ok, `${path}: ${response.status} ${await response.clone().text()}`);
  return response.status === 204 ? null : response.json();
};

let administrator = null;

/** Goes on as the administrator; through the form only once, since the server limits how often one may try. */
export const beAdministrator = async (page, next = "/") => {
  if (administrator === null) {
    await logIn(page);
    administrator = await page.context().cookies();
  }
  await page.context().addCookies(administrator);
  await page.goto(base + next);
};

/** Logs in through the form. */
export const logIn = async (page, token = adminToken, next = "/") => {
  await page.goto(`${base}/login?next=${encodeURIComponent(next)}`);
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL((url) => url.pathname !== "/login");
};

/** Every sort of page, by name, found as a visitor finds them: by the links of the pages before. */
export const addresses = async () => {
  const { builds } = await page_of_builds();
  const measured = builds.filter((it) => it.state === "measured" && it.target.startsWith("logger/"));
  assert.ok(measured.length >= 2, "the demo's history has measured builds");
  const [newest, before] = measured;
  const sunk = measured.find((it) => it.message.includes("{:.2}"));
  assert.ok(sunk, "core::fmt comes aboard in the demo's history");
  const afloat = measured[measured.indexOf(sunk) + 1];
  const report = await api(`/projects/${project}/builds/${newest.id}/report`);
  const scene = { project, newest, before, sunk, afloat, symbol: report.symbols[0] };
  return Object.fromEntries(Object.entries(ADDRESSES).map(([name, address]) => [name, address(scene)]));
};

const page_of_builds = async () => {
  const answer = await api(`/projects/${project}/builds`);
  return { builds: Array.isArray(answer) ? answer : answer.builds };
};
