// The pictures of the help and of the README, in light: `PICTURES=1 npx playwright test tests/pictures.spec.ts` writes them anew
// into public/pictures and docs. The sizes of the former stand beside them in app/src/ui/help.
import { test, expect, type Page } from '@playwright/test';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OpenSsl } from '../support/clients.ts';
import { letter } from '../support/messages.ts';
import { mails, waitForMail, type Mail } from '../support/outbox.ts';
import * as person from '../support/person.ts';
import { Relay, root } from '../support/relay.ts';
import { send } from '../support/smtp.ts';

const folder = join(root, 'public/pictures');
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

let relay: Relay;
test.beforeEach(async () => void (relay = await Relay.start()));
test.afterEach(async () => relay.end());

/** Elsewhere, unless they are to change. */
function target(wanted: string): string {
  const into = process.env['PICTURES'] ? wanted : test.info().outputPath();
  mkdirSync(into, { recursive: true });
  return into;
}

test('pictures of the help are taken', async ({ browser }) => {
  const into = target(folder);
  const page = await browser.newPage({ viewport: { width: 640, height: 900 }, colorScheme: 'light', reducedMotion: 'reduce' });
  const take = async (name: string, from: ReturnType<Page['locator']>, above = 24) => {
    const { width, height } = pictures.find((each) => each.name === name)!;
    await page.evaluate(() => void (document.querySelector('header')!.hidden = true));
    const box = (await from.boundingBox())!;
    const top = Math.max(0, box.y - above);
    await page.screenshot({ path: join(into, `${name}.png`), fullPage: true, clip: { x: 0, y: top, width, height }, animations: 'disabled' });
  };
  await person.signUp(page, relay);
  await page.goto(`${relay.url}/relay`);
  const wizard = await page.getByRole('link', { name: 'New Profile' }).getAttribute('href');
  await page.goto(`${relay.url}${wizard}?step=expiration&app=ios`, { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: 'Issue Certificate' }).click();
  await person.expectIssued(page);
  await take('export', page.getByText('File: Apple configuration profile'), 12);
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
});

/** What the provider has beside what its key opens. */
async function sideBySide(page: Page, sealed: Mail, opened: string): Promise<void> {
  const [header, body] = [sealed.raw.toString('latin1').split('\r\n\r\n')[0]!, sealed.body];
  // These fields are what readers know. Signatures and lists of the relay would fill the picture.
  const fields = header.split(/\r\n(?![ \t])/).filter((field) => /^(From|To|Subject|Date|Message-ID|MIME-Version|Content-[^:]+):/i.test(field));
  const stored = [...fields, '', ...body.split('\r\n').slice(0, 16), '…'].join('\n').replace(/\r/g, '');
  // Our own pages take no markup from a script.
  await page.goto('about:blank');
  await page.setContent(`
    <style>
      body { margin: 20px; display: grid; grid-template-columns: 1fr 1fr; gap: 20px; background: #f6f8f8; font-family: sans-serif }
      h1 { font-size: 17px; margin: 0 0 10px } section { min-width: 0 }
      pre { margin: 0; padding: 14px; height: 470px; overflow: hidden; font-size: 11px; line-height: 1.5; background: #fff;
            border: 1px solid #d9e0e0; border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere }
    </style>
    <section><h1>What the provider stores</h1><pre></pre></section>
    <section><h1>What you read, with the exported file</h1><pre></pre></section>`);
  await page.locator('pre').first().evaluate((pre, text) => void (pre.textContent = text), stored);
  await page.locator('pre').last().evaluate((pre, text) => void (pre.textContent = text), opened);
}

test('pictures of the README are taken', async ({ browser }) => {
  const into = target(join(root, 'docs'));
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 }, colorScheme: 'light', reducedMotion: 'reduce' });
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  await person.issue(page, relay);
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(into, 'wizard.png') });
  const openssl = new OpenSsl(await person.exportKey(page, 'modern'), person.passphrase, false);
  await person.activate(page);
  const before = mails(relay.outbox).length;
  expect(send(relay.smtpPort, 'bob@example.com', alias, letter(alias)).status).toBe(0);
  const sealed = await waitForMail(relay.outbox, before + 1);
  await page.setViewportSize({ width: 1180, height: 560 });
  await sideBySide(page, sealed, openssl.open(sealed).entity.toString());
  await page.screenshot({ path: join(into, 'sealed-and-opened.png') });
  await page.context().close();
});
