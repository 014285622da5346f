// The actions of administrators in the browser, checked with the commands; and that nobody else finds these pages.
import { test, expect, type Page } from '@playwright/test';
import { expectAccessibleAsItIs, picture, sideways, withoutJavaScript } from '../support/pages.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';
import { send } from '../support/smtp.ts';

const bob = 'bob.stone@example.net';
let relay: Relay;
test.beforeEach(async () => void (relay = await Relay.start()));
test.afterEach(async () => relay.end());

interface Listed {
  address: string;
  disabled: string | null;
  administrator: boolean;
}
const accounts = () => JSON.parse(relay.command('account', 'list', '--json')) as Listed[];
const listed = (address: string) => accounts().find((each) => each.address === address);

async function administer(page: Page): Promise<void> {
  await person.signUp(page, relay);
  relay.command('account', 'administrator', person.address, 'on');
}

/** Light and dark, on a phone: nothing sticks out, and axe-core finds nothing. */
async function look(page: Page, name: string): Promise<void> {
  const wide = page.viewportSize()!;
  await page.setViewportSize({ width: 360, height: 740 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessibleAsItIs(page);
    await picture(page, `${name}-${colorScheme}-narrow`);
  }
  expect.soft(await sideways(page), name).toBeLessThanOrEqual(0);
  await page.setViewportSize(wide);
  await page.emulateMedia({ colorScheme: 'light' });
  await picture(page, name);
}

test('somebody without the role finds neither link, page nor function', async ({ page }) => {
  await person.signUp(page, relay);
  await page.goto(`${relay.url}/aliases`);
  await expect(page.getByRole('link', { name: 'Administration' })).toHaveCount(0);
  for (const path of ['', '/accounts', '/accounts/1', '/accounts/1/delete', '/invitations', '/queue', '/settings', '/log']) {
    const answer = await page.goto(`${relay.url}/administration${path}`);
    expect(answer!.status(), path).toBe(404);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not found');
  }
  for (const name of ['administration', 'run_checks', 'accounts', 'invitations', 'create_invitation', 'live_settings', 'operator_log', 'waiting_messages']) {
    const headers = { accept: 'application/json', 'sec-fetch-site': 'same-origin' };
    const answer = await page.request.post(`${relay.url}/api/${name}`, { headers, form: {} });
    expect(answer.status(), name).toBe(404);
  }
});

test('an account is found, turned off and on, promoted and deleted, without JavaScript too', async ({ browser, page }) => {
  await administer(page);
  relay.command('account', 'create', bob);
  for (const each of [page, await withoutJavaScript(browser, page)]) {
    await each.goto(`${relay.url}/aliases`);
    await each.getByRole('link', { name: 'Administration' }).click();
    await each.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Accounts' }).click();
    await each.getByLabel('Address or number').fill('STONE');
    await each.getByRole('button', { name: 'Search' }).click();
    await expect(each.getByRole('link', { name: person.address })).toHaveCount(0);
    await each.getByRole('link', { name: bob }).click();
    await each.getByRole('button', { name: 'Turn the account off' }).click();
    await expect(each.getByText('The account is off: nobody can sign in, and mail to its aliases is refused.').first()).toBeVisible();
    expect(listed(bob)!.disabled).not.toBeNull();
    await each.getByRole('button', { name: 'Turn the account on' }).click();
    await expect(each.getByText('The account is on again.')).toBeVisible();
    expect(listed(bob)!.disabled).toBeNull();
    await each.getByRole('button', { name: 'Make administrator' }).click();
    await expect(each.getByText('This person is an administrator now.')).toBeVisible();
    expect(listed(bob)!.administrator).toBe(true);
    await each.getByRole('button', { name: 'Remove the role' }).click();
    await expect(each.getByText('This person is no longer an administrator.')).toBeVisible();
    expect(listed(bob)!.administrator).toBe(false);
  }
  await page.goto(`${relay.url}/administration/accounts`);
  await look(page, 'administration-accounts');
  await page.getByRole('link', { name: bob }).click();
  await look(page, 'administration-account');
  await page.getByRole('button', { name: 'Make a code' }).click();
  await expect(page.locator('code.secret')).toHaveText(/^[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}$/);
  await look(page, 'administration-code');
  await page.reload();
  await expect(page.locator('code.secret')).toHaveCount(0);
  await page.getByRole('link', { name: 'Delete…' }).click();
  await page.locator('#confirmation').fill(bob);
  await page.getByLabel('Your password').fill(person.password);
  await look(page, 'administration-delete');
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await expect(page.getByText('The account is deleted.')).toBeVisible();
  expect(listed(bob)).toBeUndefined();
  await page.goto(`${relay.url}/administration/log`);
  await expect(page.getByRole('row').nth(1)).toContainText('Account deleted: account 2');
  await look(page, 'administration-log');
  expect(relay.command('log').split('\n')[0]).toMatch(/account_deleted +2 +by account 1$/);
});

test('an invitation is made, signs somebody up or is revoked', async ({ page }) => {
  await administer(page);
  await page.goto(`${relay.url}/administration/invitations`);
  const make = page.getByRole('button', { name: 'Make an invitation' });
  await make.click();
  await expect(page.locator('code.secret')).toHaveText(/^([a-z2-7]{4}-){5}[a-z2-7]{4}$/);
  await look(page, 'administration-invitations');
  await page.goto(`${relay.url}/administration/invitations`);
  await expect(page.locator('code.secret')).toHaveCount(0);
  const open = () => relay.command('invite', 'list').trim().split('\n').slice(1);
  expect(open()).toHaveLength(1);
  expect(open()[0]).toContain(await page.locator('.rows code').innerText());
  await page.getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('The invitation is revoked: its code is refused.')).toBeVisible();
  expect(open()).toHaveLength(0);
});

test('the checks show that they run, and then what doctor finds', async ({ browser, page }) => {
  await administer(page);
  await page.goto(`${relay.url}/administration`);
  await page.getByRole('button', { name: 'Run the checks' }).click();
  await expect(page.getByText(/^Bad: \d+, warnings: \d+, good: [1-9]/)).toBeVisible();
  await page.getByText('As it should be').click();
  const found = await page.locator('.findings').allInnerTexts();
  expect(found.join(' ')).toContain('SMTP receiver');
  await look(page, 'administration');
  const plain = await withoutJavaScript(browser, page);
  await plain.goto(`${relay.url}/administration`);
  await plain.getByRole('button', { name: 'Run the checks' }).click();
  const [state, result] = [plain.locator('#check-state'), plain.getByRole('link', { name: 'Show the result' })];
  await expect(async () => {
    if (await result.isVisible()) await result.click();
    await expect(state).toContainText('Bad:', { timeout: 1000 });
  }).toPass();
});

test('what waits is shown without addresses, tried and deleted, without JavaScript too', async ({ browser, page }) => {
  await administer(page);
  const alias = await person.takeAlias(page, relay);
  relay.refuseDeliveries();
  const letter = `From: bob@example.com\r\nTo: ${alias}\r\nSubject: hello\r\n\r\nhello\r\n`;
  const waiting = () => JSON.parse(relay.command('queue', 'list', '--json')) as { message: string; tries: number }[];
  for (const each of [page, await withoutJavaScript(browser, page)]) {
    expect(send(relay.smtpPort, 'bob@example.com', alias, letter).status).toBe(0);
    await expect.poll(() => waiting()[0]?.tries).toBe(1);
    const { message } = waiting()[0]!;
    await each.goto(`${relay.url}/administration`);
    await each.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Queue' }).click();
    await expect(each.getByText('Messages: 1', { exact: true })).toBeVisible();
    await expect(each.getByText(message)).toBeVisible();
    const list = await each.locator('ul.rows').innerText();
    for (const told of ['bob', alias, person.address, 'hello']) expect(list).not.toContain(told);
    await each.getByRole('button', { name: 'Try now' }).click();
    await expect(each.getByText('Delivery is tried again within seconds.')).toBeVisible();
    await expect.poll(() => waiting()[0]!.tries).toBeGreaterThan(1);
    if (each === page) await look(page, 'administration-queue');
    await each.goto(`${relay.url}/administration/queue`);
    await each.getByText('Delete…', { exact: true }).click();
    await each.getByRole('button', { name: 'Delete the message' }).click();
    await expect(each.getByText('The message is deleted.')).toBeVisible();
    expect(waiting()).toHaveLength(0);
  }
});

test('an account is created for somebody, without JavaScript too', async ({ browser, page }) => {
  await administer(page);
  let number = 1;
  for (const each of [page, await withoutJavaScript(browser, page)]) {
    await each.goto(`${relay.url}/administration/accounts`);
    const field = each.getByLabel('Mail address');
    await field.fill(person.address.toUpperCase());
    await each.getByRole('button', { name: 'Create the account' }).click();
    await expect(each.getByText('An account has this address already.')).toBeVisible();
    await expect(field).toHaveValue(person.address.toUpperCase());
    const address = `new${++number}@example.net`;
    await field.fill(address);
    await each.getByRole('button', { name: 'Create the account' }).click();
    await expect(each.getByText('The account is created.')).toBeVisible();
    await expect(each.getByRole('heading', { level: 1 })).toHaveText(address);
    expect(listed(address)).toBeDefined();
  }
});

test('limits, who can sign up and an announcement are changed, without JavaScript too', async ({ browser, page }) => {
  await administer(page);
  relay.command('account', 'create', bob);
  for (const each of [page, await withoutJavaScript(browser, page)]) {
    await each.goto(`${relay.url}/administration/accounts/2`);
    await each.getByLabel('Aliases', { exact: true }).fill('many');
    await each.getByRole('button', { name: 'Save the limits' }).click();
    await expect(each.getByText('A limit is a whole number of at most')).toBeVisible();
    await expect(each.getByLabel('Aliases', { exact: true })).toHaveValue('many');
    await each.getByLabel('Aliases', { exact: true }).fill('7');
    await each.getByRole('button', { name: 'Save the limits' }).click();
    await expect(each.getByText('The limits of this account are saved.')).toBeVisible();
    expect(relay.command('account', 'limit', '2')).toContain('Aliases           7 (of the relay: 10000)');
    relay.command('account', 'limit', '2', '--aliases', 'relay');

    await each.getByRole('link', { name: 'All accounts' }).click();
    await each.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Settings' }).click();
    await each.getByLabel('Nobody', { exact: true }).check();
    await each.locator('section', { hasText: 'Who can sign up' }).getByRole('button', { name: 'Save' }).click();
    await expect(each.getByText('Who can sign up is saved.')).toBeVisible();
    expect(relay.command('sign-up')).toContain('Nobody can sign up');
    relay.command('sign-up', 'settings');
    await each.getByLabel('Text').fill('No mail on Sunday,\n<i>10 to 11</i>.');
    await each.locator('section', { hasText: 'Up to 500 characters' }).getByRole('button', { name: 'Save' }).click();
    await expect(each.getByText('Every page shows the announcement now.')).toBeVisible();
    const stranger = await browser.newPage();
    await stranger.goto(`${relay.url}/sign-in`);
    await expect(stranger.getByRole('region', { name: 'Announcement' })).toHaveText('No mail on Sunday,\n<i>10 to 11</i>.');
    await stranger.close();
    expect(relay.command('announce')).toBe('No mail on Sunday,\n<i>10 to 11</i>.\n');
  }
  await page.goto(`${relay.url}/administration/settings`);
  await look(page, 'administration-settings');
  await page.goto(`${relay.url}/administration/accounts/2`);
  await look(page, 'administration-limits');
});
