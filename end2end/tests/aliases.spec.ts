// An alias's page: writing first, the name that others see, and what happened to its mail.
import { test, expect, type Page } from '@playwright/test';
import { OpenSsl } from '../support/clients.ts';
import { letter, secret } from '../support/messages.ts';
import { mails, waitForMail, type Mail } from '../support/outbox.ts';
import { expectAccessible, withoutJavaScript } from '../support/pages.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';
import { send } from '../support/smtp.ts';

let relay: Relay;
test.beforeEach(async () => void (relay = await Relay.start()));
test.afterEach(async () => relay.end());

const bob = 'bob@example.com';

const open = (page: Page, alias: string) => person.openAlias(page, relay, alias);

async function startThread(page: Page, recipient: string): Promise<void> {
  await page.getByLabel("Recipient's address").fill(recipient);
  await page.getByRole('button', { name: 'Start Email Thread' }).click();
}

/** The message that is to be answered. */
async function started(page: Page): Promise<Mail> {
  const before = mails(relay.outbox).length;
  await startThread(page, bob);
  await expect(page.getByText('is on its way to your mailbox')).toBeVisible();
  await expect(page.getByLabel("Recipient's address")).toHaveValue('');
  return waitForMail(relay.outbox, before + 1);
}

const events = (page: Page) => page.getByRole('table', { name: 'Activity' }).locator('tbody tr');

test('a thread starts with a sealed message that OpenSSL opens, and its answer would reach the recipient', async ({ page }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  await person.issue(page, relay);
  const p12 = await person.exportKey(page, 'modern');
  await person.activate(page);
  await open(page, alias);
  const mail = await started(page);

  expect(mail.header('Content-Type')).toContain('smime-type=enveloped-data');
  expect(mail.header('To')).toContain(person.address);
  expect(mail.header('From')).toMatch(/bob@example\.com.*<r-[0-9a-f]{32}@relay\.localhost>/);
  expect(mail.header('Subject')).toBe(`Write to ${bob}`);
  expect(mail.header('Auto-Submitted')).toBe('auto-generated');
  const entity = new OpenSsl(p12, person.passphrase, false).open(mail).entity.toString();
  expect(entity).toContain(`To write to ${bob}, answer this message.`);
  expect(entity).toContain(alias);
  expect(entity).not.toContain(person.address);

  await expect(page.getByLabel("Recipient's address")).toHaveValue('');
  await person.openTab(page, 'Activity');
  await expect(events(page)).toHaveCount(1);
  await expect(events(page)).toContainText('Thread started');
  expect(mails(relay.outbox).filter((each) => each.raw.includes('enveloped-data'))).toHaveLength(1);
});

test('without a profile the answer still goes through the relay; with the kill switch on there is no thread', async ({ page }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  await open(page, alias);
  const mail = await started(page);
  expect(mail.header('From')).toMatch(/^"bob@example\.com" <r-[0-9a-f]{32}@relay\.localhost>$/);
  expect(mail.body).toContain(`To write to ${bob}, answer this message.`);

  await startThread(page, alias);
  await expect(page.getByRole('alert').getByText('This address belongs to this relay.')).toBeVisible();
  await expect(page.getByText('is on its way')).toHaveCount(0);

  await page.goto(`${relay.url}/relay`);
  await page.getByRole('switch', { name: 'Kill switch' }).click();
  await expect(page.getByText('mail to this mailbox is rejected (kill switch on)')).toBeVisible();
  const before = mails(relay.outbox).length;
  await open(page, alias);
  await startThread(page, bob);
  await expect(page.getByText('the kill switch is on, so no message')).toBeVisible();
  expect(mails(relay.outbox)).toHaveLength(before);
});

test('activity tells what happened and nothing of what was said, and is forgotten when switched off', async ({ page }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  await person.openAlias(page, relay, alias, 'Activity');
  await expectAccessible(page, page.getByText('Nothing yet.'));

  // The page knows whole seconds.
  const before = Date.now() - 1000;
  expect(send(relay.smtpPort, bob, alias, letter(alias)).status).toBe(0);
  // Accepted, and then handed over.
  await expect(async () => {
    await page.reload();
    await expect(events(page)).toHaveCount(2, { timeout: 1000 });
  }).toPass();
  await expect(events(page).last()).toContainText('Relayed in the clear');
  for (const event of await events(page).all()) await expect(event).toContainText(/\d+ bytes/);
  const time = Date.parse((await events(page).first().locator('time').getAttribute('datetime'))!);
  expect(time).toBeGreaterThan(before);
  expect(time).toBeLessThanOrEqual(Date.now());
  const shown = await page.locator('main').innerHTML();
  for (const word of [secret, 'Where it is']) expect(shown).not.toContain(word);
  // Who wrote stands among the contacts alone, from where it is blocked.
  const activity = await page.locator('section[aria-labelledby="activity"]').innerHTML();
  expect(activity).toContain('Relayed in the clear');
  expect(activity).not.toContain(bob);
  await expectAccessible(page, events(page).first());

  await page.getByLabel('Record activity').uncheck();
  await page.getByRole('button', { name: 'Save activity setting' }).click();
  await expect(page.getByText('what was recorded is deleted')).toBeInViewport();
  await expect(page.getByText('Nothing is recorded.')).toBeVisible();
  expect(send(relay.smtpPort, bob, alias, letter(alias)).status).toBe(0);
  await page.reload();
  await expect(events(page)).toHaveCount(0);
});

test('the page works without JavaScript, and on a phone nothing sticks out', async ({ browser, page }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay, 'shop');
  const plain = await withoutJavaScript(browser, page);
  await plain.setViewportSize({ width: 360, height: 740 });
  await open(plain, alias);
  for (const words of ['shop', person.address, 'Send Outbound Mail', 'No contacts yet.']) {
    await expect(plain.locator('main').getByText(words).first()).toBeVisible();
  }
  await person.openTab(plain, 'Settings');
  await plain.getByLabel("Sender's name").fill('Änn "the otter" Lee');
  await plain.getByRole('button', { name: 'Save name' }).click();
  await expect(plain.getByText('The name is saved.')).toBeVisible();
  await expect(plain.getByLabel("Sender's name")).toHaveValue('Änn "the otter" Lee');
  await person.openTab(plain, 'Contacts');
  await started(plain);
  await person.openTab(plain, 'Activity');
  await expect(events(plain)).toHaveCount(1);
  await person.openTab(plain, 'Contacts');
  await startThread(plain, `x@${alias.split('@')[1]}`);
  await expect(plain.getByText('This address belongs to this relay.')).toBeVisible();
  await expect(plain.getByText('is on its way')).toHaveCount(0);
  expect(await plain.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await person.openTab(plain, 'Activity');
  await plain.getByLabel('Record activity').uncheck();
  await plain.getByRole('button', { name: 'Save activity setting' }).click();
  await expect(plain.getByText('Nothing is recorded.')).toBeVisible();

  await plain.goto(`${relay.url}/relay`);
  const encrypted = plain.getByRole('switch', { name: 'Encrypted replies only' });
  await expect(encrypted).not.toBeChecked();
  await encrypted.click();
  await expect(plain).toHaveURL(/\?done=/);
  await expect(encrypted).toBeChecked();
});

test('aliases are found by what the address of the page says', async ({ browser, page }) => {
  await person.signUp(page, relay);
  const shop = await person.takeAlias(page, relay, 'Shoe shop');
  const bank = await person.takeAlias(page, relay, 'Bank');
  const links = (on: Page) => on.locator('.alias-rows .name');
  await expect(links(page)).toHaveText([bank, shop]);
  await expectAccessible(page, 'Aliases');

  await page.getByLabel('Search').fill('SHOE');
  await page.getByRole('button', { name: 'Find' }).click();
  await expect(links(page)).toHaveText([shop]);
  await expect(page).toHaveURL(/\?q=SHOE/);
  await page.getByRole('link', { name: 'Show all' }).click();
  await expect(links(page)).toHaveText([bank, shop]);
  await expect(page.getByLabel('Search')).toHaveValue('');
  await page.getByLabel('Search').fill('nothing has this');
  await page.getByLabel('Search').press('Enter');
  await expectAccessible(page, page.getByText('No alias has “nothing has this”'));

  const plain = await withoutJavaScript(browser, page);
  await plain.goto(`${relay.url}/aliases`);
  await plain.getByLabel('Sort by').selectOption('Name');
  await plain.getByRole('button', { name: 'Find' }).click();
  await expect(links(plain)).toHaveText([bank, shop].sort());
  await plain.getByLabel('Search').fill('bank');
  await plain.getByRole('button', { name: 'Find' }).click();
  await expect(links(plain)).toHaveText([bank]);
  await expect(plain.getByLabel('Sort by')).toHaveValue('name');
  await plain.getByRole('switch', { name: bank }).click();
  await expect(plain.getByText('The alias is off.')).toBeVisible();
  await expect(plain).toHaveURL(/q=bank/);
  await plain.getByRole('button', { name: 'Undo' }).click();
  await expect(plain.getByText('The alias is on:')).toBeVisible();
  await expect(links(plain)).toHaveText([bank]);
  await plain.getByRole('button', { name: 'Undo' }).click();
  await expect(plain.getByRole('switch', { name: bank })).not.toBeChecked();
});

test('on a phone nothing covers the options of a new alias', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await person.signUp(page, relay, 'phone@example.org');
  await page.goto(`${relay.url}/aliases`);
  await page.getByRole('button', { name: 'New alias' }).click();
  await person.newAlias(page);
  await page.goto(`${relay.url}/aliases`);
  await page.getByText('Options', { exact: true }).first().click();
  for (const name of ['Alias', 'Label']) {
    const field = page.getByRole('textbox', { name, exact: true });
    await field.click();
    await expect(field).toBeFocused();
  }
  // With the largest text of a phone nothing leaves the screen at the side.
  await page.getByText('Options', { exact: true }).first().click();
  const excess = await page.evaluate(() => {
    const html = document.documentElement;
    html.style.fontSize = '200%';
    return html.scrollWidth - html.clientWidth;
  });
  expect(excess).toBeLessThanOrEqual(0);
});

test('switches that are flipped quickly all act, and leave focus and half-typed text alone', async ({ page }) => {
  await person.signUp(page, relay, 'quick@example.org');
  await page.goto(`${relay.url}/aliases`);
  const aliases: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    await page.getByRole('button', { name: 'New alias' }).click();
    aliases.push(await person.newAlias(page));
    await page.goto(`${relay.url}/aliases`);
  }
  const flip = (alias: string) => page.getByRole('switch', { name: alias });
  const course: string[] = [];
  page.on('request', (request) => request.url().endsWith('/api/set_alias_enabled') && course.push('asked'));
  page.on('requestfinished', (request) => new URL(request.url()).pathname === '/aliases' && request.method() === 'GET' && course.push('answered'));
  // So that all are flipped before the first is answered.
  await page.route(/\/api\/set_alias_enabled/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 800));
    await route.continue();
  });
  for (const alias of aliases) await flip(alias).click();
  await page.getByText('Options', { exact: true }).first().click();
  const label = page.getByLabel('Label', { exact: true }).first();
  await label.pressSequentially('half-', { delay: 20 });
  for (const alias of aliases) await expect(flip(alias)).not.toBeChecked();
  await expect(label).toBeFocused();
  await page.keyboard.type('typed');
  await expect(label).toHaveValue('half-typed');
  expect(course).toEqual(['asked', 'answered', 'asked', 'answered', 'asked', 'answered']);
  await flip(aliases[1]).focus();
  await page.keyboard.press('Space');
  await expect(flip(aliases[1])).toBeChecked();
  await expect(flip(aliases[1])).toBeFocused();
  await expect(label).toHaveValue('half-typed');
  await page.getByRole('button', { name: 'Undo' }).focus();
  await page.keyboard.press('Enter');
  await expect(flip(aliases[1])).not.toBeChecked();
  await expect(flip(aliases[1])).toBeFocused();
  await page.reload();
  for (const alias of aliases) await expect(flip(alias)).not.toBeChecked();
});

test('an alias is copied, shown as a QR code, noted down, counted, turned off and on', async ({ context, page }) => {
  await context.grantPermissions(['clipboard-write']);
  await person.signUp(page, relay);
  await page.goto(`${relay.url}/aliases`);
  await expectAccessible(page, page.getByText('No aliases yet'));
  await page.getByRole('button', { name: 'New alias' }).click();
  const alias = await person.newAlias(page);
  const row = person.row(page, alias);
  await row.getByRole('button', { name: `Copy ${alias}` }).click();
  await expect(row.getByRole('button', { name: `Copied ${alias}` })).toBeVisible();
  // No page may read the clipboard; whoever has it can paste it.
  await page.getByLabel('Search').focus();
  await page.keyboard.press('Control+V');
  await expect(page.getByLabel('Search')).toHaveValue(alias);

  await row.getByRole('switch').click();
  await expect(page.getByText('The alias is off.')).toBeVisible();
  await expect(row.getByRole('switch')).not.toBeChecked();
  expect(send(relay.smtpPort, bob, alias, letter(alias)).text).toContain('550 5.1.1');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('The alias is on:')).toBeVisible();
  await expect(row.getByRole('switch')).toBeChecked();
  expect(send(relay.smtpPort, bob, alias, letter(alias)).status).toBe(0);

  await open(page, alias);
  await page.getByText('QR code', { exact: true }).click();
  const picture = page.getByRole('img', { name: `QR code that writes to ${alias}` });
  await expect(picture).toBeVisible();
  expect(await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBeGreaterThan(0);
  await page.getByText('QR code', { exact: true }).click();
  await expect(page.getByText(/1 relayed/)).toBeVisible();
  await expect(page.locator('.contact-rows')).toContainText(bob);
  await page.getByRole('button', { name: `Copy the relay address of ${bob}` }).click();
  await page.getByLabel("Recipient's address").focus();
  await page.keyboard.press('Control+V');
  await expect(page.getByLabel("Recipient's address")).toHaveValue(/^r-[0-9a-f]{32}@relay\.localhost$/);
  await expectAccessible(page, alias);

  await page.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(page.getByText('The contact is blocked')).toBeVisible();
  expect(send(relay.smtpPort, bob, alias, letter(alias)).text).toContain('550 5.7.1 The recipient does not take mail from this sender');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('no longer blocked')).toBeVisible();
  await page.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(page.getByText('The contact is blocked')).toBeVisible();
  await page.getByRole('button', { name: 'Unblock' }).click();
  await expect(page.getByText('no longer blocked')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Block', exact: true })).toBeVisible();

  await person.openTab(page, 'Settings');
  await page.getByLabel('Note', { exact: true }).fill('first line\nsecond line');
  await page.getByRole('button', { name: 'Save label and note' }).click();
  await expect(page.getByText('Label and note are saved.')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Note', { exact: true })).toHaveValue('first line\nsecond line');
  // Without the page being loaded anew, which would lose the toast's "Undo".
  await page.getByRole('switch', { name: alias }).click();
  await expect(page.locator('.toast').getByText('The alias is off.')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.toast').getByText('The alias is on:')).toBeVisible();
  // It is open while the alias is off, and stays so.
  await page.getByLabel('Drop silently').check();
  await page.getByRole('button', { name: 'Turn off' }).click();
  await expect(page.getByText('its mail is taken and thrown away')).toBeVisible();
  const before = mails(relay.outbox).length;
  expect(send(relay.smtpPort, bob, alias, letter(alias)).status).toBe(0);
  await person.openTab(page, 'Activity');
  await expect(page.getByText(/2 not relayed/).first()).toBeVisible();
  expect(mails(relay.outbox)).toHaveLength(before);
  await page.getByRole('button', { name: 'Reset counts' }).click();
  await expect(page.getByText('0 relayed · not used yet').first()).toBeVisible();
  await page.getByRole('switch', { name: alias }).click();
  await expect(page.getByText('The alias is on:')).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'This alias' }).locator('[aria-current=page]')).toHaveText('Activity');
});

test('one click on a sealed message turns its alias off; looking at the link does not', async ({ page, browser }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  await person.issue(page, relay);
  await person.exportKey(page, 'modern');
  await person.activate(page);
  const before = mails(relay.outbox).length;
  expect(send(relay.smtpPort, bob, alias, letter(alias)).status).toBe(0);
  const mail = await waitForMail(relay.outbox, before + 1);
  expect(mail.header('List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
  const link = /<(http[^>]+\/u\/[a-z0-9]+)>/.exec(mail.header('List-Unsubscribe')!)![1];

  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(link);
  await expectAccessible(stranger, stranger.getByRole('button', { name: 'Turn the alias off' }));
  await page.goto(`${relay.url}/aliases`);
  await expect(page.getByRole('switch', { name: alias })).toBeChecked();

  const clicked = await fetch(link, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) });
  expect(clicked.status).toBe(200);
  await page.reload();
  await expect(page.getByRole('switch', { name: alias })).not.toBeChecked();
  await stranger.getByRole('button', { name: 'Turn the alias off' }).click();
  await expect(stranger.getByText('The alias is off.')).toBeVisible();
});
