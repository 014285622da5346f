// Every page: light and dark, on a desk and on a phone, with scripts and without, and in a picture of each.
import { expect, type Page } from '@playwright/test';
import {
  addressOf, complaints, expectAccessibleAsItIs, layoutShift, picture, places, sideways, smallTargets, visit,
} from '../support/pages.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';
import { test } from '../support/world.ts';

const sizes = { desk: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };

for (const place of places) {
  test(`${place.name}: legible, accessible, in its place`, async ({ browser, furnished: { world, storageState } }) => {
    for (const [size, viewport] of Object.entries(sizes)) {
      const state = place.member ? storageState : undefined;
      const context = await browser.newContext({ viewport, storageState: state, reducedMotion: 'reduce' });
      const said = await complaints(context);
      const page = await context.newPage();
      const asked: string[] = [];
      page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
      await visit(page, place, world);
      const where = `${place.name}, ${size}`;
      // The program finds each answer where the server put it. One that is looked for elsewhere is asked for again, or is another's.
      if (!place.asks) expect.soft(asked.filter((path) => path.startsWith('/api/')), `${where}: asks again`).toEqual([]);
      expect.soft(await sideways(page), `${where}: scrolls sideways`).toBeLessThanOrEqual(0);
      expect.soft(await layoutShift(page), `${where}: moves`).toBeLessThan(0.01);
      expect.soft(await smallTargets(page), `${where}: too small for a finger`).toEqual([]);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await expectAccessibleAsItIs(page);
        await picture(page, `${place.name}-${size}-${colorScheme}`);
      }
      expect.soft(said, where).toEqual([]);
      await context.close();
    }
  });

  if (!place.needsJavaScript) {
    test(`${place.name}: the same without JavaScript`, async ({ browser, furnished: { world, storageState } }) => {
      const state = place.member ? storageState : undefined;
      const seen = [];
      for (const javaScriptEnabled of [true, false]) {
        const context = await browser.newContext({ javaScriptEnabled, storageState: state });
        const page = await context.newPage();
        await page.goto(addressOf(place, world), { waitUntil: 'networkidle' });
        seen.push({
          title: await page.title(),
          headings: await page.getByRole('heading').allInnerTexts(),
          labels: await page.locator('label').allInnerTexts(),
          buttons: await page.locator('[type="submit"]').and(page.getByRole('button')).allInnerTexts(),
          links: await page.getByRole('link').allInnerTexts(),
        });
        // What only a program can do is not offered where there is none.
        if (!javaScriptEnabled) await expect(page.locator('[type="button"]').and(page.getByRole('button'))).toHaveCount(0);
        await context.close();
      }
      expect(seen[1]).toEqual(seen[0]);
      expect(seen[1]!.headings.length).toBeGreaterThan(0);
    });
  }
}

test('neither a label without blanks nor a narrow screen makes a page scroll sideways', async ({ page }) => {
  const relay = await Relay.start();
  try {
    await person.signUp(page, relay);
    await person.takeAlias(page, relay, 'x'.repeat(100));
    const alias = await page.locator('a[href^="/aliases/"]').first().getAttribute('href');
    for (const width of [320, 768, 1000]) {
      await page.setViewportSize({ width, height: 800 });
      for (const path of ['/aliases', alias!, '/relay', '/account', '/help']) {
        await page.goto(relay.url + path);
        expect.soft(await sideways(page), `${path}, ${width} pixels wide`).toBeLessThanOrEqual(0);
      }
    }
  } finally {
    await relay.end();
  }
});

/** Makes words 40 percent longer, as another language does. */
const lengthen = (page: Page) =>
  page.evaluate(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      text.nodeValue = text.nodeValue!.replace(/\p{L}{3,}/gu, (word) => word + word.slice(0, Math.ceil(word.length * 0.4)));
    }
  });

/** What stands on several lines or over something else, of the frame and of the list of steps. */
const crowded = (page: Page) =>
  page.evaluate(() => {
    const found: string[] = [];
    const boxes = (selector: string) => [...document.querySelectorAll(selector)].map((element) => element.getBoundingClientRect());
    for (const selector of ['.bar > nav li', '.steps > li']) {
      const tops = new Set(boxes(selector).map(({ top, height }) => Math.round(top + height / 2)));
      if (tops.size > 1) found.push(`${selector}: ${tops.size} lines`);
    }
    const parts = boxes('.bar > *').filter(({ width, height }) => width > 1 && height > 1);
    for (const [at, one] of parts.entries()) {
      for (const other of parts.slice(at + 1)) {
        const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        if (across > 1 && down > 1) found.push(`the bar's parts overlap by ${Math.round(across)}×${Math.round(down)}`);
      }
    }
    return found;
  });

test('navigation and steps stay on one line at every width, with large text and with longer words', async ({ browser, furnished: { world, storageState } }) => {
  const context = await browser.newContext({ storageState, reducedMotion: 'reduce' });
  const page = await context.newPage();
  for (const path of ['/relay', world.profile, world.newProfile, `${world.newProfile}/pgp`]) {
    for (const change of ['nothing', 'longer words', 'large text'] as const) {
      await page.goto(world.relay.url + path, { waitUntil: 'networkidle' });
      if (change === 'longer words') await lengthen(page);
      if (change === 'large text') await page.evaluate(() => void (document.documentElement.style.fontSize = '200%'));
      for (const width of [320, 360, 420, 600, 768, 900, 1000, 1100, 1280, 2000]) {
        await page.setViewportSize({ width, height: 800 });
        const where = `${path}, ${change}, ${width} pixels wide`;
        expect.soft(await crowded(page), where).toEqual([]);
        expect.soft(await sideways(page), `${where}: scrolls sideways`).toBeLessThanOrEqual(0);
      }
    }
  }
  await context.close();
});

test('the choice of light or dark is kept, without a flash and without JavaScript', async ({ browser, furnished: { world } }) => {
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ javaScriptEnabled, colorScheme: 'light' });
    const page = await context.newPage();
    await page.goto(`${world.relay.url}/help`, { waitUntil: 'networkidle' });
    const paper = () => page.locator('html').evaluate((html) => getComputedStyle(html).backgroundColor);
    const light = await paper();
    await page.getByRole('button', { name: 'Dark' }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await expect(page.getByRole('button', { name: 'Dark' })).toHaveAttribute('aria-pressed', 'true');
    const sent = async () => (await context.request.get(`${world.relay.url}/sign-in`)).text();
    await expect.poll(sent).toContain('<html lang="en" data-theme="dark">');
    if (javaScriptEnabled) expect(await paper()).not.toBe(light);
    await page.getByRole('button', { name: 'System' }).click();
    await expect.poll(sent).toContain('data-theme="system"');
    await context.close();
  }
});

test('an outcome is told once, and can be put away', async ({ browser, furnished: { world } }) => {
  const page = await browser.newPage();
  await page.goto(`${world.relay.url}/help?done=saved`, { waitUntil: 'networkidle' });
  const toast = page.getByRole('status').getByText('The settings are saved.');
  await expect(toast).toBeVisible();
  await expect(page).toHaveURL(`${world.relay.url}/help`);
  await page.getByRole('link', { name: 'Dismiss' }).click();
  await expect(toast).toHaveCount(0);
  await page.context().close();

  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await plain.goto(`${world.relay.url}/help?done=saved`);
  await expect(plain.getByText('The settings are saved.')).toBeVisible();
  await plain.getByRole('link', { name: 'Dismiss' }).click();
  await expect(plain).toHaveURL(`${world.relay.url}/help`);
  await expect(plain.getByText('The settings are saved.')).toHaveCount(0);
  await plain.context().close();
});
