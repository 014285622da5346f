// The list with many aliases: how many are seen at once, and changing several of them.
import { test, expect, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { letter } from '../support/messages.ts';
import { expectAccessibleAsItIs, sideways, withoutJavaScript } from '../support/pages.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';
import { send } from '../support/smtp.ts';

let relay: Relay;
test.beforeEach(async () => void (relay = await Relay.start()));
test.afterEach(async () => relay.end());

/** Writes aliases into the database, with labels and a last use. */
function fill(count: number): void {
  const locals = Array.from({ length: count }, (_, number) => `amber-otter-river-${String(10_000 + number)}`);
  const now = Math.floor(Date.now() / 1000);
  relay.sql(`INSERT INTO local_parts (folded) VALUES ${locals.map((local) => `('${local}')`).join(',')}`);
  const rows = locals.map((local, number) => `(1, '${local}', 'Shop ${number}', 'shop ${number}', 1, ${now}, 'reject', ${number}, ${now - 3600 * number})`);
  relay.sql(`INSERT INTO aliases (mailbox_id, local_folded, label, search_folded, enabled, created_at, off_answer, relayed_count, last_used_at) VALUES ${rows.join(',')}`);
}

/** A banner about mail that is not sealed and the first steps of a new account. This is about accounts that are set up. */
function hideFirstSteps(page: Page): Promise<void> {
  return page.locator('.banner, .checklist').evaluateAll((banners) => banners.forEach((banner) => banner.remove()));
}

const rows = (page: Page) => page.locator('.alias-rows > li');

async function rowsInView(page: Page): Promise<number> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.alias-rows > li')].filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length,
  );
}

async function tick(page: Page, numbers: number[]): Promise<void> {
  for (const number of numbers) await page.getByLabel(`Select amber-otter-river-${10_000 + number}@relay.localhost`).check();
}

test('ten aliases are in view on a desk and six on a phone, and none makes the page scroll sideways', async ({ page, browser }) => {
  await person.signUp(page, relay);
  fill(20);
  const plain = await withoutJavaScript(browser, page);
  for (const on of [page, plain]) {
    for (const [width, height, least] of [[1280, 800, 10], [768, 1024, 10], [360, 640, 6]] as const) {
      await on.setViewportSize({ width, height });
      await on.goto(`${relay.url}/aliases`);
      await expect(rows(on)).toHaveCount(20);
      await hideFirstSteps(on);
      expect(await rowsInView(on), `${width}×${height}`).toBeGreaterThanOrEqual(least);
      expect(await sideways(on), `${width}×${height}`).toBeLessThanOrEqual(0);
    }
  }
  relay.sql(`UPDATE aliases SET label = '${'x'.repeat(100)}' WHERE id = 20`);
  for (const width of [320, 360, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${relay.url}/aliases`);
    await expect(page.getByText('x'.repeat(100))).toBeVisible();
    expect(await sideways(page), `${width} pixels`).toBeLessThanOrEqual(0);
  }
});

test('several aliases are turned off, back on, pinned, exported and deleted at once, without JavaScript', async ({ page, browser }) => {
  await person.signUp(page, relay);
  fill(60);
  const plain = await withoutJavaScript(browser, page);
  await plain.goto(`${relay.url}/aliases?sort=name`);
  const button = (name: string) => plain.getByRole('form', { name: 'Change the selected aliases' }).getByRole('button', { name, exact: true });
  await expect(button('Turn off')).toBeHidden();
  await tick(plain, [0, 2]);
  await button('Turn off').click();
  await expect(plain.getByText('Aliases turned off: 2.')).toBeVisible();
  await expect(plain).toHaveURL(/sort=name/);
  const states = () => rows(plain).getByRole('switch').evaluateAll((all) => all.slice(0, 3).map((each) => each.getAttribute('aria-checked')));
  expect(await states()).toEqual(['false', 'true', 'false']);
  await plain.getByRole('button', { name: 'Undo' }).click();
  await expect(plain.getByText('Aliases turned on: 2.')).toBeVisible();
  expect(await states()).toEqual(['true', 'true', 'true']);

  await tick(plain, [30]);
  await button('Pin').click();
  await expect(rows(plain).first()).toContainText('amber-otter-river-10030');
  await expect(rows(plain).first()).toContainText('Pinned');

  await tick(plain, [1, 30]);
  const [file] = await Promise.all([plain.waitForEvent('download'), button('Export').click()]);
  expect(readFileSync(await file.path(), 'utf8').trim().split('\n')).toHaveLength(3);

  // All that are found, on this page or not.
  await plain.goto(`${relay.url}/aliases?q=Shop`);
  await plain.getByLabel('All 60 found').check();
  await button('Turn off').click();
  await expect(plain.getByText('Aliases turned off: 60.')).toBeVisible();
  await plain.goto(`${relay.url}/aliases?sort=name`);
  await tick(plain, [4, 5]);
  await button('Delete…').click();
  await expect(plain.getByRole('heading', { level: 1 })).toHaveText('Delete 2 aliases?');
  await plain.getByRole('button', { name: 'Delete for good' }).click();
  await expect(plain.getByText('Aliases deleted: 2.')).toBeVisible();
  await expect(plain.getByText('58 aliases')).toBeVisible();
  await expect(plain.getByText('amber-otter-river-10004')).toHaveCount(0);
});

test('on a phone, ticks appear when asked for, and the changes stay in reach', async ({ page }) => {
  await person.signUp(page, relay);
  fill(20);
  await page.setViewportSize({ width: 360, height: 640 });
  await page.goto(`${relay.url}/aliases`);
  const box = page.getByLabel('Select amber-otter-river-10019@relay.localhost');
  await expect(box).toBeHidden();
  await page.getByLabel('Select', { exact: true }).check();
  await box.check();
  await expect(page.getByRole('button', { name: 'Turn off', exact: true })).toBeInViewport();
  await expectAccessibleAsItIs(page);
  await page.getByRole('button', { name: 'Turn off', exact: true }).click();
  await expect(page.getByText('Aliases turned off: 1.')).toBeVisible();
});

test('a pinned alias stays on top until it is unpinned', async ({ page }) => {
  await person.signUp(page, relay);
  fill(3);
  await page.goto(`${relay.url}/aliases`);
  const alias = 'amber-otter-river-10000@relay.localhost';
  await expect(rows(page).last()).toContainText('amber-otter-river-10000');
  await page.getByLabel(`More for ${alias}`).click();
  await page.getByRole('button', { name: 'Pin to the top' }).click();
  await expect(page.getByText('Alias pinned.')).toBeVisible();
  await expect(rows(page).first()).toContainText('amber-otter-river-10000');
  await person.openAlias(page, relay, alias, 'Settings');
  await page.getByRole('button', { name: 'Unpin' }).click();
  await expect(page.getByText('Alias unpinned.')).toBeVisible();
  await page.goto(`${relay.url}/aliases`);
  await expect(rows(page).last()).toContainText('amber-otter-river-10000');
});

test('no tab of an alias is longer than three screens of a phone', async ({ page }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  for (const sender of ['ann', 'bob', 'cem', 'dee', 'eve']) {
    expect(send(relay.smtpPort, `${sender}@example.com`, alias, letter(alias)).status).toBe(0);
  }
  await page.setViewportSize({ width: 360, height: 640 });
  for (const tab of ['Contacts', 'Activity', 'Settings'] as const) {
    await person.openAlias(page, relay, alias, tab);
    expect(await page.evaluate(() => document.documentElement.scrollHeight), tab).toBeLessThan(2000);
    expect(await sideways(page), tab).toBeLessThanOrEqual(0);
    await expectAccessibleAsItIs(page);
  }
});
