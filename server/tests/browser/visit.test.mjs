// What a visitor does by hand: logs in to a private project, reads hostile names, sets a budget, logs out.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { adminToken, api, base, beAdministrator, launch, logIn, open } from "./support.mjs";

const name = `browser/private-${process.pid}`;
let browser;

before(async () => {
  await api(`/projects/${name}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ description: "<script>document.title = 'owned'</script> & \u202egnp.exe", public: false }),
  });
  browser = await launch();
});
after(() => browser?.close());

test("a private project asks for a token, and shows itself to its own", async () => {
  const { context, page } = await open(browser);
  await page.goto(`${base}/${name}`);
  await page.getByRole("heading", { name: "Not found" }).waitFor();
  await page.getByRole("main").getByRole("link", { name: "Log in" }).click();
  await page.getByLabel("Token").fill(adminToken);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(`${base}/${name}`);
  await page.getByRole("heading", { name: name.split("/")[1] }).waitFor();
  await page.getByRole("button", { name: /Log out/ }).click();
  await page.waitForURL(`${base}/`);
  const response = await page.goto(`${base}/${name}`);
  assert.equal(response.status(), 404);
  await context.close();
});

test("a wrong token is refused in words", async () => {
  const { context, page } = await open(browser);
  await page.goto(`${base}/login`);
  await page.getByLabel("Token").fill("plim_wrong");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("The token is not valid here.").waitFor();
  await context.close();
});

test("a login never leads to another site", async () => {
  const { context, page } = await open(browser);
  await page.goto(`${base}/login?next=${encodeURIComponent("//evil.example/")}`);
  await page.getByLabel("Token").fill(adminToken);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${base}/`);
  await context.close();
});

test("hostile text stays text", async () => {
  const { context, page, complaints } = await open(browser);
  await beAdministrator(page, `/${name}`);
  const description = await page.locator(".head-description").innerText();
  assert.equal(description, "<script>document.title = 'owned'</script> & \ufffdgnp.exe");
  assert.match(await page.title(), /Plimsoll$/);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("an upload token is made, shown once, and revoked", async () => {
  const { context, page } = await open(browser);
  await beAdministrator(page, `/${name}/settings`);
  await page.getByLabel("Label").fill("GitHub Actions");
  await page.getByRole("button", { name: "Make a token" }).click();
  const token = await page.locator(".token").innerText();
  assert.match(token, /^plim_[A-Za-z0-9_-]{64}$/);
  await page.goto(`${base}/${name}/settings`);
  assert.equal((await page.content()).includes(token), false);

  const guest = await open(browser);
  await logIn(guest.page, token, `/${name}`);
  assert.equal(guest.page.url(), `${base}/${name}`);
  assert.equal(await guest.page.getByRole("link", { name: "Settings" }).count(), 0);

  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByText("revoked").waitFor();
  const response = await guest.page.goto(`${base}/${name}`);
  assert.equal(response.status(), 404);
  await guest.context.close();
  await context.close();
});

test("a form from another site is refused", async () => {
  const { context, page } = await open(browser);
  await beAdministrator(page);
  const response = await page.request.post(`${base}/logout`, { headers: { origin: "https://evil.example" }, maxRedirects: 0 });
  assert.equal(response.status(), 403);
  await context.close();
});
