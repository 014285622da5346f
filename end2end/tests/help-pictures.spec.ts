// The pictures of the help page, of our own pages in light: `HELP_PICTURES=1 npx playwright test tests/help-pictures.spec.ts`
// writes them anew into public/help. Their sizes stand beside them in app/src/ui/help.
import { test, expect, type Page } from '@playwright/test';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as person from '../support/person.ts';
import { Relay, root } from '../support/relay.ts';

const folder = join(root, 'public/help');
const topics = join(root, 'app/src/ui/help');
const text = readdirSync(topics).map((file) => readFileSync(join(topics, file), 'utf8')).join('\n');
const pictures = [...text.matchAll(/name="([a-z-]+)"\s+width=(\d+)\s+height=(\d+)/g)].map(([, name, width, height]) => ({
  name: name!,
  width: Number(width),
  height: Number(height),
}));

test('each picture is there, is as large as the page says, and small to load', () => {
  expect(pictures.length).toBeGreaterThanOrEqual(3);
  for (const { name, width, height } of pictures) {
    const file = readFileSync(join(folder, `${name}.png`));
    // The header of a PNG (RFC 2083 §4.1.1).
    expect([file.readUInt32BE(16), file.readUInt32BE(20)], name).toEqual([width, height]);
    expect(file.length, name).toBeLessThan(80_000);
  }
});

test('pictures are taken', async ({ browser }) => {
  // Elsewhere, unless they are to change.
  const into = process.env['HELP_PICTURES'] ? folder : test.info().outputPath();
  mkdirSync(into, { recursive: true });
  const relay = await Relay.start();
  const page = await browser.newPage({ viewport: { width: 640, height: 900 }, colorScheme: 'light', reducedMotion: 'reduce' });
  const take = async (name: string, from: ReturnType<Page['locator']>) => {
    const { width, height } = pictures.find((each) => each.name === name)!;
    await page.evaluate(() => document.querySelector('header')!.remove());
    const box = (await from.boundingBox())!;
    const top = Math.max(0, box.y - 24);
    await page.screenshot({ path: join(into, `${name}.png`), fullPage: true, clip: { x: 0, y: top, width, height }, animations: 'disabled' });
  };
  await person.signUp(page, relay);
  await person.issue(page, relay);
  await person.exportKey(page, 'modern');
  await person.activate(page);
  await page.goto(`${relay.url}/relay`, { waitUntil: 'networkidle' });
  await take('relay', page.getByRole('heading', { level: 1 }));
  await person.begin(page, relay);
  await take('new-profile', page.getByRole('heading', { level: 1 }));
  await person.takeAlias(page, relay, 'Bookshop');
  await page.locator('a[href^="/aliases/"]').first().click();
  await page.getByRole('heading', { name: 'Send Outbound Mail' }).waitFor();
  await take('alias', page.getByRole('heading', { level: 1 }));
  await page.context().close();
  await relay.end();
});
