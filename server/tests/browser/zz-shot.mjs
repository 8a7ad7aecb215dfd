import { chromium } from "playwright-core";
import { readFile } from "node:fs/promises";
const [out, target, ...parts] = process.argv.slice(2);
const B = "http://127.0.0.1:7391";
const builds = await (await fetch(`${B}/api/v1/projects/acme/corpus/builds?limit=100`)).json();
const b = builds.filter((x) => x.target === target)[0];
const axe = await readFile(new URL("./node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const looks = (process.env.LOOKS ?? "light,dark,narrow").split(",");
for (const look of looks) {
  const o = { light: { viewport: { width: 1280, height: 900 }, colorScheme: "light" }, dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" }, narrow: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, colorScheme: "light" } }[look];
  const ctx = await browser.newContext({ ...o, bypassCSP: true });
  const page = await ctx.newPage();
  for (const part of parts) {
    const t = Date.now();
    const r = await page.goto(`${B}/acme/corpus/builds/${b.id}/${part === "overview" ? "" : part}`.replace(/\/$/, ""));
    const ms = Date.now() - t;
    await page.evaluate(() => document.fonts.ready);
    const [need, has] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    await page.evaluate(axe);
    const v = await page.evaluate(async () => (await window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })).violations.filter((x) => ["serious", "critical", "moderate"].includes(x.impact)).map((x) => x.id + ": " + x.nodes.slice(0, 3).map((n) => n.html.slice(0, 140)).join(" | ")));
    const name = part.replace(/\W+/g, "-").slice(0, 30);
    const h = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.screenshot({ path: `${out}/${target}-${name}-${look}.png`, fullPage: true, clip: { x: 0, y: 0, width: o.viewport.width, height: Math.min(h, look === "narrow" ? 1500 : 1400) } });
    console.log(look, part, r.status(), ms + "ms", need > has ? `WIDE ${need}` : "", v.join("\n   "));
  }
  await ctx.close();
}
await browser.close();
