// Photographs every page, light, dark and narrow, into the folder SCREENSHOTS.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { NOT_FOUND } from "./addresses.mjs";
import { DESK, PHONE, addresses, base, beAdministrator, launch, open } from "./support.mjs";

const folder = process.env.SCREENSHOTS ?? "screenshots";
const only = process.argv.slice(2);
const looks = {
  light: { viewport: DESK, colorScheme: "light" },
  dark: { viewport: DESK, colorScheme: "dark" },
  narrow: { viewport: PHONE, colorScheme: "light", hasTouch: true, isMobile: true },
};

await mkdir(folder, { recursive: true });
const pages = await addresses();
const browser = await launch();
for (const [look, options] of Object.entries(looks)) {
  const { context, page, complaints } = await open(browser, options);
  await beAdministrator(page);
  for (const [name, path] of Object.entries({ ...pages, ...NOT_FOUND })) {
    if (only.length > 0 && !only.includes(name)) {
      continue;
    }
    // The README tells a story with the beginning of long pages.
    const isLong = name.startsWith("story");
    await page.setViewportSize(isLong ? { ...options.viewport, height: 1200 } : options.viewport);
    await page.goto(base + path);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: !isLong, animations: "disabled" });
  }
  for (const it of complaints) {
    console.error(`${look}: ${it}`);
  }
  await context.close();
}
await browser.close();
