// The help: short pages, each with a way on and a way back, and no link that leads nowhere.
import { test, expect } from '@playwright/test';
import { topics } from '../support/pages.ts';
import { Relay } from '../support/relay.ts';

let relay: Relay;
test.beforeAll(async () => void (relay = await Relay.start()));
test.afterAll(async () => relay.end());

const pages = ['/help', ...topics.map((topic) => `/help/${topic}`)];

test('the contents name every page, which names the next one and the contents', async ({ browser }) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(`${relay.url}/help`);
  const links = await page.locator('main a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  expect(links).toEqual(pages.slice(1));
  await page.getByRole('link', { name: 'Your first encrypted message' }).click();
  for (const path of pages.slice(2)) {
    await page.getByRole('navigation', { name: 'Help pages' }).getByRole('link', { name: /^Next/ }).click();
    await expect(page).toHaveURL(relay.url + path);
  }
  await expect(page.getByRole('link', { name: /^Next/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'All help pages' }).click();
  await expect(page).toHaveURL(`${relay.url}/help`);
  await page.context().close();
});

test('no page is longer than four screens of a phone, and none scrolls sideways', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  for (const path of pages) {
    await page.goto(relay.url + path);
    const [height, excess] = await page.evaluate(() => {
      const html = document.documentElement;
      return [html.scrollHeight, html.scrollWidth - html.clientWidth] as const;
    });
    expect.soft(height, path).toBeLessThanOrEqual(3000);
    expect.soft(excess, path).toBeLessThanOrEqual(0);
  }
});

test('every link of the help and of the first page leads somewhere', async ({ page }) => {
  const found = new Set<string>();
  for (const path of ['/', ...pages]) {
    await page.goto(relay.url + path);
    for (const link of await page.locator('main a').evaluateAll((all) => all.map((each) => (each as HTMLAnchorElement).href))) found.add(link);
  }
  for (const link of found) expect.soft((await page.request.get(link)).status(), link).toBe(200);
});
