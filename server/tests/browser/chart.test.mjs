// The graph is drawn, and each of its points leads to the comparison with the one before, by pointer, key and touch.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PHONE, addresses, base, launch, open } from "./support.mjs";

let browser;
let project;

before(async () => {
  ({ project } = await addresses());
  browser = await launch();
});
after(() => browser?.close());

const openChart = async (options) => {
  const opened = await open(browser, options);
  await opened.page.goto(`${base}${project}?metric=flash`);
  await opened.page.locator(".chart .u-over").waitFor();
  // The chart is drawn again when its lettering has arrived.
  await opened.page.evaluate(() => document.fonts.ready);
  const urls = await opened.page.locator("#trend-points tbody tr").evaluateAll((rows) => rows.map((it) => it.dataset.url));
  return { ...opened, urls };
};

/** Where the point of a build is on the screen. */
const place = async (page, idx, n) => {
  const plot = page.locator(".chart .u-over");
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  return { x: box.x + ((idx + 0.5) / n) * box.width, y: box.y + box.height / 2 };
};

test("the graph shows ink", async () => {
  const { context, page, complaints } = await openChart();
  const n_colours = await page.locator(".chart canvas").evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let at = 0; at < data.length; at += 4) {
      seen.add(`${data[at]},${data[at + 1]},${data[at + 2]},${data[at + 3]}`);
    }
    return seen.size;
  });
  assert.ok(n_colours > 10, `${n_colours} colours`);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a click on a point leads to the comparison with the one before", async () => {
  const { context, page, urls, complaints } = await openChart();
  const idx = urls.length - 2;
  const at = await place(page, idx, urls.length);
  await page.mouse.click(at.x, at.y);
  await page.waitForURL((url) => url.pathname.endsWith("/compare"));
  assert.equal(page.url(), base + urls[idx]);
  await page.getByRole("heading", { name: "By symbol" }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the arrow keys choose a point and Enter follows it", async () => {
  const { context, page, urls } = await openChart();
  await page.locator(".chart-plot").focus();
  await page.keyboard.press("Home");
  const first = await page.locator(".chart-readout").innerText();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const third = await page.locator(".chart-readout").innerText();
  assert.notEqual(first, third);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname.endsWith("/compare"));
  assert.equal(page.url(), base + urls[2]);
  await context.close();
});

test("the first tap shows a point and the second follows it", async () => {
  const { context, page, urls } = await openChart({ viewport: PHONE, isMobile: true, hasTouch: true });
  const idx = 1;
  const at = await place(page, idx, urls.length);
  await page.touchscreen.tap(at.x, at.y);
  const commit = await page.locator("#trend-points tbody tr").nth(idx).getAttribute("data-commit");
  await page.locator(".chart-readout", { hasText: commit }).waitFor();
  assert.ok(page.url().startsWith(`${base}${project}?`));
  await page.touchscreen.tap(at.x, at.y);
  await page.waitForURL((url) => url.pathname.endsWith("/compare"));
  assert.equal(page.url(), base + urls[idx]);
  await context.close();
});

test("the graph follows the colours of the system and the width of the window", async () => {
  const { context, page } = await openChart({ colorScheme: "light" });
  const picture = () => page.locator(".chart canvas").evaluate((it) => it.toDataURL());
  const light = await picture();
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction((old) => document.querySelector(".chart canvas").toDataURL() !== old, light);
  await page.setViewportSize({ width: 600, height: 800 });
  await page.waitForFunction(() => document.querySelector(".chart canvas").getBoundingClientRect().width < 600);
  await context.close();
});
