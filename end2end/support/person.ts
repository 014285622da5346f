// A newcomer at the browser: the steps of the tutorial, by the labels that the pages show.
import { expect, type Download, type Page } from '@playwright/test';
import { join } from 'node:path';
import { folder } from './clients.ts';
import { codeIn, mails, waitForMail, type Mail } from './outbox.ts';
import type { Relay } from './relay.ts';

export const address = 'ann.lee@example.org';
export const password = 'correct horse battery';
export const passphrase = 'Zwölf gute Wörter 12';
/** For gpgsm, which guesses the charset of a compatible file: of 300 files with letters beyond ASCII it cannot read one. */
export const plainPassphrase = 'Twelve good words 12';

export async function signUp(page: Page, relay: Relay, email = address): Promise<void> {
  const before = mails(relay.outbox).length;
  await page.goto(`${relay.url}/sign-up`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await expect(page).toHaveURL(/\/verify/);
  const code = codeIn(await waitForMail(relay.outbox, before + 1));
  await page.getByLabel(/code/i).fill(code);
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page).toHaveURL(/\/relay/);
}

export async function takeAlias(page: Page, relay: Relay, label = 'newsletter'): Promise<string> {
  await page.goto(`${relay.url}/aliases`);
  await page.getByText('Options', { exact: true }).click();
  await page.getByLabel('Label', { exact: true }).fill(label);
  await page.getByRole('button', { name: 'Create alias' }).click();
  return newAlias(page);
}

/** The address of the alias that was created just now. */
export async function newAlias(page: Page): Promise<string> {
  const alias = await page.getByRole('region', { name: 'Your new alias' }).getByRole('link').innerText();
  expect(alias).toMatch(/^[a-z]+-[a-z]+-[a-z]+-\d{5}@relay\.localhost$/);
  return alias;
}

/** The row of an alias in the list. */
export const row = (page: Page, alias: string) => page.locator('.alias-rows > li').filter({ has: page.getByRole('link', { name: alias }) });

/** Opens the page of an alias, at one of its tabs. */
export async function openAlias(page: Page, relay: Relay, alias: string, tab: 'Contacts' | 'Activity' | 'Settings' = 'Contacts'): Promise<void> {
  await page.goto(`${relay.url}/aliases`);
  await page.getByRole('link', { name: alias }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(alias);
  await openTab(page, tab);
}

/** Opens another tab of an alias's page. */
export async function openTab(page: Page, tab: 'Contacts' | 'Activity' | 'Settings'): Promise<void> {
  const link = page.getByRole('navigation', { name: 'This alias' }).getByRole('link', { name: tab });
  await link.click();
  await expect(link).toHaveAttribute('aria-current', 'page');
}

/** Steps 1 to 3: to the expiration. A profile that waits for its activation is left as it is. */
export async function begin(page: Page, relay: Relay): Promise<void> {
  await page.goto(`${relay.url}/relay`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mail Relay Settings');
  await page.getByRole('link', { name: 'New Profile' }).click();
  const [smime, another] = [page.getByRole('radio', { name: /S\/MIME/ }), page.getByRole('button', { name: 'Create another profile' })];
  await expect(smime.or(another)).toBeVisible();
  if (await another.isVisible()) await another.click();
  await smime.check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('button', { name: 'Issue Certificate' })).toBeVisible();
}

/** Opens what is folded away, if it is. */
export async function otherOptions(page: Page): Promise<void> {
  const folded = page.locator('details:not([open])', { hasText: 'Other options' }).locator('summary');
  if (await folded.isVisible()) await folded.click();
}

/** Takes keys of that length. */
export async function chooseKeys(page: Page, bits: 2048 | 3072 | 4096): Promise<void> {
  await otherOptions(page);
  await page.getByRole('radio', { name: `RSA-${bits}` }).check();
}

/** Steps 1 to 4: to the certificate. */
export async function issue(page: Page, relay: Relay, bits: 2048 | 3072 | 4096 = 2048): Promise<void> {
  await begin(page, relay);
  if (bits !== 2048) await chooseKeys(page, bits);
  await page.getByRole('button', { name: 'Issue Certificate' }).click();
  await expectIssued(page);
}

/** The step after issuance, by when the address names the profile. */
export async function expectIssued(page: Page): Promise<void> {
  await expect(page.getByLabel('Passphrase', { exact: true })).toBeVisible({ timeout: 120_000 });
  await expect(page).toHaveURL(/[?&]profile=\d+/);
}

/** The step of the wizard that is shown, as the list of steps names it. */
export const currentStep = (page: Page) => page.getByRole('list', { name: 'Steps' }).locator('[aria-current=step]');

/** "Continue", until the next step is there: a second click would otherwise meet the same button. */
export async function forward(page: Page): Promise<void> {
  const before = await currentStep(page).innerText();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(currentStep(page)).not.toHaveText(before);
}

/** Steps 5 and 6: the file with key and certificates. */
export async function exportKey(page: Page, form: 'modern' | 'compatible' | 'apple', secret = passphrase): Promise<string> {
  await page.getByLabel('Passphrase', { exact: true }).fill(secret);
  await page.getByLabel('Passphrase again').fill(secret);
  await otherOptions(page);
  await page.getByRole('radio', { name: new RegExp(form, 'i') }).check();
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Export/ }).click();
  return save(await downloading);
}

/** "Discard", which asks first. */
export async function discard(page: Page): Promise<void> {
  // Where nothing else is of use, it asks at once.
  const asks = page.locator('details.discard[open]');
  if ((await asks.count()) === 0) await page.getByText('Discard this profile…').click();
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
}

export async function save(download: Download): Promise<string> {
  const path = join(folder(), download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

/** Steps 7 and 8: to the activation. */
export async function toActivation(page: Page): Promise<void> {
  for (let step = 0; step < 3; step++) await forward(page);
  await expect(page.getByRole('button', { name: 'Send a test message' })).toBeVisible();
}

/** Has a test message sent; gives the code in it, which `open` gets out of its seal. */
export async function testCode(page: Page, relay: Relay, open: (mail: Mail) => string): Promise<string> {
  const before = new Set(mails(relay.outbox).map((mail) => mail.path));
  await page.getByRole('button', { name: 'Send a test message' }).click();
  await waitForMail(relay.outbox, before.size + 1);
  const [mail] = mails(relay.outbox).filter((mail) => !before.has(mail.path));
  const code = /^Your code is (\d{6})\r?$/m.exec(open(mail!))?.[1];
  if (!code) throw new Error('the test message holds no code');
  expect(mail!.raw.toString('latin1')).not.toContain(code);
  return code;
}

/** Step 9: with the code of a test message. */
export async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code in the test message').fill(code);
  await page.getByRole('button', { name: 'Activate', exact: true }).click();
}

/** Step 9, of an exported profile, for who cannot read mail now. */
export async function skipTest(page: Page): Promise<void> {
  await page.getByText('Activate without a test…').click();
  await page.locator('#untested').check();
  await page.getByRole('button', { name: 'Activate without a test' }).click();
}

/** Steps 7 to 9: tested with the exported key, or without a test. */
export async function activate(page: Page, relay?: Relay, key?: { decrypt(mail: Mail): Buffer }): Promise<void> {
  await toActivation(page);
  if (relay && key) await enterCode(page, await testCode(page, relay, (mail) => key.decrypt(mail).toString()));
  else await skipTest(page);
  await expectActivated(page);
}

/** The end of the wizard. Its step before has a hint that ends with "until the profile is active". */
export async function expectActivated(page: Page): Promise<void> {
  await expect(page.getByText('The profile is active. From now on every message relayed to this mailbox is sealed.')).toBeVisible();
  // It says so before it loads the page again; whoever goes on earlier is stopped by that.
  const kind = () => (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).type;
  await expect(async () => expect(await page.evaluate(kind)).toBe('reload')).toPass();
}

/** On a profile's own page: what will happen to mail is said first. */
export async function deactivate(page: Page, consequence: RegExp): Promise<void> {
  await page.getByText('Deactivate…').click();
  await expect(page.getByText(consequence).first()).toBeVisible();
  await page.getByRole('button', { name: 'Deactivate' }).click();
}
