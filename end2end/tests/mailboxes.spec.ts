// Several mailboxes, and a profile that is renewed: what a person does on the pages, and what arrives where.
import { test, expect, type Page } from '@playwright/test';
import { OpenSsl } from '../support/clients.ts';
import { letter, secret } from '../support/messages.ts';
import { codeIn, mails, waitForMail, type Mail } from '../support/outbox.ts';
import { expectAccessible, withoutJavaScript } from '../support/pages.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';
import { send } from '../support/smtp.ts';

let relay: Relay;
test.beforeEach(async ({ page }) => {
  relay = await Relay.start();
  await person.signUp(page, relay);
});
test.afterEach(async () => relay.end());

const bob = 'bob@example.com';
const second = 'ann@second.example';

async function addMailbox(page: Page, address: string): Promise<void> {
  const before = mails(relay.outbox).length;
  await page.goto(`${relay.url}/relay`);
  await page.getByText('Add a mailbox').click();
  await page.getByLabel('Address of the mailbox').fill(address);
  await page.getByRole('button', { name: 'Add mailbox' }).click();
  await expect(page).toHaveURL(/\/verify/);
  await page.getByLabel(`Code for ${address}`).fill(codeIn(await waitForMail(relay.outbox, before + 1)));
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page).toHaveURL(/\/relay$/);
}

const card = (page: Page, address: string) => page.getByRole('region', { name: address });

/** Bob writes to the alias; what arrives. */
async function arrives(alias: string): Promise<Mail> {
  const before = mails(relay.outbox).length;
  expect(send(relay.smtpPort, bob, alias, letter(alias)).status).toBe(0);
  return waitForMail(relay.outbox, before + 1);
}

const openAlias = (page: Page, alias: string) => person.openAlias(page, relay, alias, 'Settings');

test('a second mailbox becomes the default, takes an alias over, and is deleted by its typed address', async ({ page }) => {
  await addMailbox(page, second);
  await expect(card(page, person.address).getByText('Default', { exact: true })).toBeVisible();
  await card(page, second).getByRole('button', { name: 'Make default' }).click();
  await expectAccessible(page, card(page, second).getByText('Default', { exact: true }));

  const alias = await person.takeAlias(page, relay);
  expect((await arrives(alias)).raw.includes(secret)).toBe(true);
  await openAlias(page, alias);
  await expect(page.getByText(second, { exact: true }).first()).toBeVisible();
  await page.getByLabel('Mailbox', { exact: true }).selectOption({ label: `${person.address} (not sealed)` });
  await expectAccessible(page, alias);
  await page.getByRole('button', { name: 'Move alias' }).click();
  await expect(page.getByText('The alias now delivers to the other mailbox.')).toBeVisible();
  await expect(page.getByText(`Now to ${person.address}`)).toBeVisible();
  const kept = await person.takeAlias(page, relay, 'shop');
  await openAlias(page, kept);
  await expect(page.getByText(second, { exact: true }).first()).toBeVisible();

  await page.goto(`${relay.url}/relay`);
  await card(page, second).getByRole('link', { name: 'Delete this mailbox…' }).click();
  await expectAccessible(page, page.getByText('1 alias goes with it'));
  await page.getByLabel(`To confirm, type ${second}`).fill(person.address);
  await page.getByRole('button', { name: 'Delete mailbox' }).click();
  // The browser does not send what cannot be right; what is sent all the same, the server refuses (tests over HTTP).
  expect(await page.getByLabel(`To confirm, type ${second}`).evaluate((field: HTMLInputElement) => field.validity.patternMismatch)).toBe(true);
  await page.getByRole('button', { name: 'Move all aliases' }).click();
  await expect(page.getByText('The aliases are moved.')).toBeVisible();
  await expect(page.getByText('No alias delivers to it.')).toBeVisible();
  await page.getByLabel(`To confirm, type ${second}`).fill(second);
  await page.getByRole('button', { name: 'Delete mailbox' }).click();
  await expect(page).toHaveURL(/\/relay$/);
  await expect(page.getByRole('heading', { name: second })).toHaveCount(0);
  await openAlias(page, kept);
  await expect(page.getByText(person.address, { exact: true }).first()).toBeVisible();

  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: 'Delete this mailbox…' }).click();
  await expect(page.getByText('You sign in with this address, so its mailbox cannot be deleted')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Delete mailbox' })).toHaveCount(0);
});

test('all of it works without JavaScript', async ({ page, browser }) => {
  await addMailbox(page, second);
  const alias = await person.takeAlias(page, relay);
  const plain = await withoutJavaScript(browser, page);
  await plain.goto(`${relay.url}/relay`);
  await card(plain, second).getByRole('button', { name: 'Make default' }).click();
  await expect(card(plain, second).getByText('Default', { exact: true })).toBeVisible();
  await openAlias(plain, alias);
  await plain.getByRole('button', { name: 'Move alias' }).click();
  await expect(plain.getByText('The alias now delivers to the other mailbox.')).toBeVisible();
  await expect(plain.getByText(`Now to ${second}`)).toBeVisible();
  await plain.goto(`${relay.url}/relay`);
  await card(plain, second).getByRole('link', { name: 'Delete this mailbox…' }).click();
  await plain.getByLabel(`To confirm, type ${second}`).fill('something else');
  await plain.getByRole('button', { name: 'Delete mailbox' }).click();
  await expect(plain).toHaveURL(/\/delete$/);
  await plain.getByLabel(`To confirm, type ${second}`).fill(second);
  await plain.getByRole('button', { name: 'Delete mailbox' }).click();
  await expect(plain).toHaveURL(/\/relay\?done=mailbox-deleted$/);
  await expect(plain.getByRole('heading', { name: second })).toHaveCount(0);
  expect(send(relay.smtpPort, bob, alias, letter(alias)).text).toContain('550 5.1.1');
  await plain.context().close();
});

test('a profile is renewed in one step, and the old one still opens answers', async ({ page }) => {
  const alias = await person.takeAlias(page, relay);
  await person.begin(page, relay);
  await page.getByLabel('Unit').selectOption('days');
  await page.getByLabel('Amount').fill('50');
  await page.getByRole('button', { name: 'Issue Certificate' }).click();
  await person.expectIssued(page);
  const first = new OpenSsl(await person.exportKey(page, 'modern'), person.passphrase, false);
  await person.activate(page);
  expect(first.open(await arrives(alias)).entity.toString()).toContain(secret);

  // 50 days are fewer than 60: it is offered on the settings page, too.
  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: /^Renew S\/MIME, / }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Renew Profile');
  await expect(page.getByLabel('Amount')).toHaveValue('50');
  await expect(page.getByLabel('Unit')).toHaveValue('days');
  await expectAccessible(page, 'Renew Profile');
  await page.getByRole('button', { name: 'Issue Certificate' }).click();
  await person.expectIssued(page);
  const renewed = new OpenSsl(await person.exportKey(page, 'modern'), person.passphrase, false);
  // Until the code of the test, mail is sealed with the old one.
  expect(first.open(await arrives(alias)).entity.toString()).toContain(secret);
  await page.getByRole('button', { name: 'Test and activate' }).click();
  await person.enterCode(page, await person.testCode(page, relay, (mail) => renewed.decrypt(mail).toString()));
  await person.expectActivated(page);
  await expectAccessible(page, page.getByText(/It still opens answers to older mail until .* delete it when/));
  expect(renewed.open(await arrives(alias)).entity.toString()).toContain(secret);

  // Two of the same day are told apart.
  await page.getByRole('link', { name: /^S\/MIME, \d+ \w+ 20\d\d$/ }).click();
  await expectAccessible(page, page.getByText(/^S\/MIME, .* \(2\) has taken its place\. It still opens answers to older mail until/));
  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: 'New Profile' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('New Profile');
});
