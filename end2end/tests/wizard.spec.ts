// What the wizard says and does beside the straight way.
import { test, expect, type Page, type Route } from '@playwright/test';
import { must } from '../support/clients.ts';
import * as person from '../support/person.ts';
import { readProfile } from '../support/profile.ts';
import { Relay } from '../support/relay.ts';

let relay: Relay;
test.beforeEach(async ({ page }) => {
  relay = await Relay.start();
  await person.signUp(page, relay);
});
test.afterEach(async () => relay.end());

const passphrase = (page: Page) => page.getByLabel('Passphrase', { exact: true });
const again = (page: Page) => page.getByLabel('Passphrase again');
const exportButton = (page: Page) => page.getByRole('button', { name: /^Export/ });
const forward = (page: Page) => page.getByRole('button', { name: 'Continue' }).click();

/** A word of each device's way to install, and of its way to trust. */
const devices = {
  ios: ['AirDrop', 'Certificate Trust Settings'],
  macos: ['Keychain Access opens', 'Secure Mail (S/MIME)'],
  outlook: ['Current User', 'Trusted Root Certification Authorities'],
  thunderbird: ['Your Certificates', 'identify mail users'],
  android: ['FairEmail', 'CA certificate'],
  gnupg: ['gpgsm --import', 'trustlist.txt'],
};

test('PGP is offered with its reason, and notes tell long expirations apart', async ({ page }) => {
  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: 'New Profile' }).click();
  const pgp = page.getByRole('radio', { name: /PGP/ });
  await expect(pgp).toBeEnabled();
  await expect(pgp).toHaveAccessibleDescription(/better choice.*no root certificate to install.*newer/);
  await expect(page.getByRole('radio', { name: 'S/MIME' })).toBeChecked();
  await forward(page);

  const note = page.locator('#expiration-note');
  await expect(page.getByLabel('Amount')).toHaveValue('2');
  await expect(page.getByLabel('Unit')).toHaveValue('years');
  const choose = async (amount: string, unit: string) => {
    await page.getByLabel('Unit').selectOption(unit);
    await page.getByLabel('Amount').fill(amount);
  };
  for (const [amount, unit, words] of [
    ['824', 'days', /^Ends on [^.]+\.$/],
    ['825', 'days', /From 825 days on, Apple Mail and others may refuse/],
    ['3', 'years', /From 825 days on, Apple Mail and others may refuse/],
    ['37', 'months', /Apple Mail refuses certificates of more than 3 years/],
    ['4', 'years', /Apple Mail refuses certificates of more than 3 years/],
    ['51', 'years', /From one day to 50 years/],
    ['0', 'days', /From one day to 50 years/],
  ] as const) {
    await choose(amount, unit);
    await expect(note, `${amount} ${unit}`).toHaveText(words);
  }
  await expect(page.getByRole('button', { name: 'Issue Certificate' })).toBeDisabled();
});

test('the passphrase is judged, compared or shown', async ({ page }) => {
  await person.issue(page, relay);
  let downloads = 0;
  page.on('download', () => downloads++);
  const strength = page.locator('#passphrase-strength');
  for (const [text, words] of [
    ['short', /Too short/],
    ['password', /Weak/],
    ['Tr0ub4dor&3', /Fair/],
    ['correct horse battery staple', /Good/],
  ] as const) {
    await passphrase(page).fill(text);
    await expect(strength, text).toHaveText(words);
  }
  await again(page).fill('correct horse battery stable');
  await exportButton(page).click();
  await expect(page.getByRole('alert').getByText('The two passphrases differ.')).toBeVisible();
  // What was exported is cleared.
  await expect(passphrase(page)).toHaveValue('correct horse battery staple');
  await expect(page.getByText(/^Exported\./)).toHaveCount(0);
  expect(downloads).toBe(0);
});

test('a passphrase that is shown is typed once', async ({ page }) => {
  await person.issue(page, relay);
  await expect(passphrase(page)).toHaveAttribute('type', 'password');
  await page.getByLabel('Show what I type').check();
  await expect(passphrase(page)).toHaveAttribute('type', 'text');
  await expect(again(page)).toBeHidden();
  await passphrase(page).pressSequentially('7 chars');
  await exportButton(page).click();
  expect(await passphrase(page).evaluate((input: HTMLInputElement) => input.validity.tooShort)).toBe(true);
  await passphrase(page).fill(person.passphrase);
  const downloading = page.waitForEvent('download');
  await exportButton(page).click();
  const file = await person.save(await downloading);
  must('openssl', ['pkcs12', '-in', file, '-passin', `pass:${person.passphrase}`, '-noout']);
  await expect(passphrase(page)).toHaveValue('');
});

test('every device has its way to install and to trust, and the files are there', async ({ page }) => {
  await person.issue(page, relay);
  await person.exportKey(page, 'modern');
  await forward(page);
  const guide = page.locator('section.step');
  const selector = page.getByLabel('Device or mail app');
  for (const [device, [word]] of Object.entries(devices)) {
    await selector.selectOption(device);
    await expect(guide, device).toContainText(word);
  }
  const roles = ['User certificate', 'Root certificate', 'Intermediate certificate'];
  expect(await page.locator('ol.files li > span').allTextContents()).toEqual(roles);
  for (const role of roles) {
    for (const form of ['PEM', 'DER']) {
      const link = (await page.getByRole('link', { name: `${role}, ${form}` }).getAttribute('href'))!;
      const answer = await page.request.get(relay.url + link);
      expect(answer.headers()['content-type'], link).toBe('application/x-x509-ca-cert');
      const subject = must('openssl', ['x509', '-inform', form, '-noout', '-subject'], { input: await answer.body() }).toString();
      expect(subject).toContain(role === 'User certificate' ? person.address : `Sealpost ${role.split(' ')[0]}`);
    }
  }
  // Each step says what is to be seen, and the files are where they are needed.
  await selector.selectOption('ios');
  await page.getByText('One by one, without a profile').click();
  expect(await page.locator('ol.guide a:visible').allTextContents()).toEqual(roles);
  const steps = await page.locator('ol.guide > li').count();
  expect(await page.getByText(/^What you should see:/).count()).toBe(steps);

  // The choice of the device holds in the next step.
  await selector.selectOption('thunderbird');
  await forward(page);
  await expect(selector).toHaveValue('thunderbird');
  await expect(page.locator('dd.hex')).toHaveText(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  for (const [device, [, word]] of Object.entries(devices)) {
    await selector.selectOption(device);
    await expect(guide, device).toContainText(word);
  }
});

test('what was chosen stays when one goes back, forward, and away', async ({ page }) => {
  await person.begin(page, relay);
  await page.getByLabel('Amount').fill('7');
  await page.getByLabel('Unit').selectOption('months');
  await person.chooseKeys(page, 3072);
  const kept = async () => {
    await expect(page.getByLabel('Amount')).toHaveValue('7');
    await expect(page.getByLabel('Unit')).toHaveValue('months');
    await expect(page.getByRole('radio', { name: 'RSA-3072' })).toBeChecked();
  };
  const current = page.getByRole('list', { name: 'Steps' }).locator('[aria-current=step]');
  await page.getByRole('button', { name: 'Back to Kind' }).click();
  await expect(current).toHaveText('Kind');
  await page.getByRole('button', { name: 'On to Expiration' }).click();
  await expect(current).toHaveText('Expiration');
  await kept();
  await page.getByRole('link', { name: 'Aliases' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Aliases');
  await page.goBack();
  await kept();
});

test('a long key tells how long it takes, and can be stopped', async ({ page }) => {
  await person.begin(page, relay);
  await person.chooseKeys(page, 4096);
  const issue = page.getByRole('button', { name: 'Issue Certificate' });
  await issue.click();
  await expect(page.getByText('Making your key in this browser…')).toBeVisible();
  await expect(page.getByRole('timer')).toHaveText(/^\d+ s$/);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(issue).toBeEnabled({ timeout: 2_000 });
  await expect(page.getByRole('timer')).toHaveCount(0);
  await expect(page.getByRole('alert').locator('.notice')).toHaveCount(0);
  await expect.poll(() => page.workers().length).toBe(0);

  // Nothing is left behind that would be in the way.
  await person.chooseKeys(page, 2048);
  await issue.click();
  await expect(passphrase(page)).toBeVisible({ timeout: 60_000 });
});

test.describe('on an iPhone', () => {
  test.use({
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/604.1',
    viewport: { width: 360, height: 740 },
  });

  test('the configuration profile comes first, and the steps are the iPhone\'s', async ({ page }) => {
    await person.issue(page, relay);
    const choices = page.getByRole('group', { name: 'For which devices?' }).getByRole('radio');
    await expect(choices).toHaveCount(3);
    await expect(choices.first()).toHaveAccessibleName('Apple configuration profile');
    await expect(choices.first()).toBeChecked();
    await passphrase(page).fill(person.passphrase);
    await again(page).fill(person.passphrase);
    const downloading = page.waitForEvent('download');
    await exportButton(page).click();
    const { list } = readProfile(await person.save(await downloading));
    expect(list.PayloadRemovalDisallowed).toBe(false);
    await forward(page);
    await expect(page.getByLabel('Device or mail app')).toHaveValue('ios');
    await expect(page.getByRole('heading', { name: 'With the configuration profile' })).toBeVisible();
    // Nothing is wider than the phone.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});

test('one can leave and come back, and is warned before the key is lost', async ({ page }) => {
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.type());
    return dialog.dismiss();
  });
  const reload = () => page.evaluate(() => void setTimeout(() => location.reload()));
  await person.issue(page, relay);
  await expect(page.getByText(/close or reload this page before you export, the key is lost/)).toBeVisible();
  await page.getByRole('link', { name: 'Aliases' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Aliases');
  await page.getByRole('link', { name: 'Mail Relay Settings' }).click();
  await page.getByRole('link', { name: 'New Profile' }).click();
  await expect(passphrase(page)).toBeVisible();
  expect(page.workers()).toHaveLength(1);

  await passphrase(page).fill('typed');
  await reload();
  await expect.poll(() => dialogs).toEqual(['beforeunload']);
  await expect(passphrase(page)).toHaveValue('typed');

  await person.exportKey(page, 'modern');
  await forward(page);
  await page.getByRole('button', { name: 'Back to Passphrase and Export' }).click();
  await expect(page.getByText(/^Exported\./)).toBeVisible();
  await reload();
  await expect(page.getByRole('radio', { name: 'S/MIME' })).toBeVisible();
  expect(dialogs).toEqual(['beforeunload']);
});

test('a profile that was activated or deleted on its own page is not gone on with', async ({ page }) => {
  const ownPage = async () => {
    await page.getByRole('link', { name: 'Mail Relay Settings' }).first().click();
    await page.getByRole('link', { name: /^S\/MIME, profile/ }).first().click();
  };
  const newProfile = async () => {
    await page.getByRole('link', { name: /^Mail Relay/ }).first().click();
    await page.getByRole('link', { name: 'New Profile' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('New Profile');
  };
  await person.issue(page, relay);
  // To look at something else and come back is no harm.
  await newProfile();
  await expect(passphrase(page)).toBeVisible();

  await ownPage();
  await page.getByText('Delete this profile…').click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page).toHaveURL(/\/relay$/);
  await newProfile();
  await expect(page.getByRole('radio', { name: 'S/MIME' })).toBeVisible();

  await person.issue(page, relay);
  // As long as nothing is exported, only a test would activate it.
  await ownPage();
  await expect(page.getByText('The key of this profile was not exported')).toBeVisible();
  await expect(page.getByText('Activate without a test…')).toHaveCount(0);
  await newProfile();
  await person.exportKey(page, 'modern');
  await ownPage();
  await person.skipTest(page);
  await expect(page.getByText('Active', { exact: true })).toBeVisible();
  await newProfile();
  await expect(page.getByRole('radio', { name: 'S/MIME' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Discard this profile' })).toHaveCount(0);
});

test('the key worker is there for an issuance and ends with it', async ({ page }) => {
  const workers = (count: number) => expect.poll(() => page.workers().length).toBe(count);
  await workers(0);
  await person.issue(page, relay);
  await workers(1);
  await page.getByRole('button', { name: 'Discard this profile' }).click();
  await expect(page).toHaveURL(/\/relay$/);
  await workers(0);
  await expect(page.getByText('None yet.')).toBeVisible();

  await person.issue(page, relay);
  await workers(1);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await workers(0);

  await page.goto(`${relay.url}/sign-in`);
  await page.getByLabel('E-mail').fill(person.address);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/\/relay/);
  await person.issue(page, relay);
  await person.exportKey(page, 'modern');
  await workers(1);
  await person.activate(page);
  await workers(0);
});

/** Base64 of the same octets but for one bit of the last, which is the signature's. */
function tampered(base64: string): string {
  const octets = Buffer.from(base64, 'base64');
  octets[octets.length - 1] ^= 1;
  return octets.toString('base64');
}

for (const [field, words] of [
  ['user_certificate', 'the user certificate was refused: its signature does not verify'],
  ['intermediate_request', 'the request for the intermediate certificate was refused: its signature does not verify'],
] as const) {
  test(`an answer of the server with a tampered ${field} is refused by name`, async ({ page }) => {
    await page.route('**/api/request_certificate', async (route: Route) => {
      const response = await route.fetch();
      const issuing = await response.json();
      issuing.answer[field] = tampered(issuing.answer[field]);
      await route.fulfill({ response, json: issuing });
    });
    await person.begin(page, relay);
    await page.getByRole('button', { name: 'Issue Certificate' }).click();
    await expect(page.getByRole('alert').getByText(words)).toBeVisible({ timeout: 60_000 });
    await expect(passphrase(page)).toHaveCount(0);
    await expect.poll(() => page.workers().length).toBe(0);
  });
}

test('a tampered chain is refused by the server, and the page says which check failed', async ({ page }) => {
  await page.route('**/api/complete_profile', async (route: Route) => {
    const message = route.request().postDataJSON();
    message.completion.root = tampered(message.completion.root);
    await route.continue({ postData: JSON.stringify(message) });
  });
  await person.begin(page, relay);
  await page.getByRole('button', { name: 'Issue Certificate' }).click();
  const words = 'The certificates were refused: the root certificate was refused: its signature does not verify.';
  await expect(page.getByRole('alert').getByText(words)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('alert').getByText('Nothing was kept, and your mailbox is as it was. Issue again.')).toBeVisible();
  await expect.poll(() => page.workers().length).toBe(0);
});
