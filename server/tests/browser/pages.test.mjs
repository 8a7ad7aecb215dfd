// Every page opens without a complaint of the browser, is accessible, and fits a phone.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { DESK, PHONE, addresses, base, beAdministrator, launch, open } from "./support.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser;
let pages;

before(async () => {
  pages = await addresses();
  browser = await launch();
});
after(() => browser?.close());

// The page's own policy forbids injected scripts, and it should: axe runs in a context that bypasses it.
const violations = async (page) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  return violations
    .filter((it) => ["serious", "critical", "moderate"].includes(it.impact))
    .map((it) => `${it.id}: ${it.help}: ${it.nodes.map((node) => node.html.slice(0, 160)).join(" … ")}`);
};

for (const colorScheme of ["light", "dark"]) {
  test(`pages are accessible in ${colorScheme} colours`, async () => {
    const { context, page } = await open(browser, { colorScheme, bypassCSP: true });
    await beAdministrator(page);
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(base + path);
      assert.deepEqual(await violations(page), [], `${name} at ${path}`);
    }
    await context.close();
  });
}

test("pages open without a complaint of the browser", async () => {
  const { context, page, complaints } = await open(browser);
  await beAdministrator(page);
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(base + path);
    await page.waitForLoadState("load");
    assert.deepEqual(complaints, [], `${name} at ${path}`);
    assert.match(await page.title(), /Plimsoll$/);
  }
  await context.close();
});

test("no page scrolls sideways on a phone", async () => {
  const { context, page } = await open(browser, { viewport: PHONE, isMobile: true, hasTouch: true });
  await beAdministrator(page);
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(base + path);
    const [needed, given] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    assert.ok(needed <= given, `${name} at ${path} is ${needed} px wide on a screen of ${given} px`);
  }
  await context.close();
});

test("pages say the same without JavaScript", async () => {
  const { context, page } = await open(browser, { javaScriptEnabled: false, viewport: DESK });
  await beAdministrator(page);
  await page.goto(base + pages.project);
  assert.equal(await page.locator("figure.chart").isVisible(), false);
  await page.getByText(/in figures, \d+ builds/).click();
  const compare = page.locator("#trend-points").getByRole("link", { name: "with the one before" });
  assert.ok((await compare.count()) >= 2);
  await compare.last().click();
  await page.getByRole("heading", { name: "Compare", exact: true }).waitFor();
  await page.getByRole("link", { name: "Swap" }).click();
  await page.getByRole("heading", { name: "By symbol" }).waitFor();
  await context.close();
});

test("a JSON twin stands behind the pages that show data", async () => {
  const { context, page } = await open(browser);
  await beAdministrator(page);
  for (const name of ["projects", "project", "build", "build-formatting", "build-symbols", "build-why", "compare", "symbol", "alerts"]) {
    await page.goto(base + pages[name]);
    const twin = await page.locator('link[rel="alternate"][type="application/json"]').getAttribute("href");
    const response = await page.request.get(base + twin);
    assert.equal(response.status(), 200, `${name}: ${twin}`);
    assert.match(response.headers()["content-type"], /^application\/json/);
  }
  await context.close();
});
