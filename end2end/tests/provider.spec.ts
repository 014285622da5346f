// Signing in at a provider that really runs: the whole way through it and back, in a browser.
import { test, expect, type Page } from '@playwright/test';
import { OidcProvider, signInThere } from '../support/oidc.ts';
import { mails, waitForMail } from '../support/outbox.ts';
import { expectAccessible, withoutJavaScript } from '../support/pages.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';

let relay: Relay;
let provider: OidcProvider;

async function start(more: Record<string, string> = {}): Promise<void> {
  provider = await OidcProvider.create();
  // Another host than the provider's, so that the way back is from another site.
  relay = await Relay.start({ host: 'localhost', environment: provider.environment(more) });
}

test.afterEach(async () => {
  await provider.stop();
  await relay.end();
});

const button = (page: Page) => page.getByRole('button', { name: 'Sign in with Our House' });

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Sign in' })).toBeVisible();
}

for (const javaScript of [true, false]) {
  test(`a person signs in at the provider ${javaScript ? 'with' : 'without'} JavaScript`, async ({ browser, page: first }) => {
    await start();
    const page = javaScript ? first : await withoutJavaScript(browser, first);
    // The relay runs though the provider does not.
    await page.goto(`${relay.url}/relay`);
    await button(page).click();
    await expect(page.getByText('The sign-in provider cannot be reached at the moment.')).toBeVisible();
    // Nobody waits a quarter of a minute until it asks again.
    await relay.restart();

    provider.people.set('ann', { email: 'ann.lee@example.org', email_verified: true });
    await provider.listen(relay.url);
    await page.goto(`${relay.url}/relay`);
    await button(page).click();
    await signInThere(page, 'ann');
    // The page that was wanted.
    await expect(page).toHaveURL(`${relay.url}/relay`);
    await expect(page.getByText('ann.lee@example.org').first()).toBeVisible();
    expect(mails(relay.outbox)).toHaveLength(0);

    // The same account, though the address changed, and without a password at the provider.
    await signOut(page);
    provider.people.set('ann', { email: 'ann@new.example', email_verified: true });
    await page.goto(`${relay.url}/sign-in`);
    await button(page).click();
    await expect(page).toHaveURL(`${relay.url}/aliases`);
    await expect(page.getByText('ann.lee@example.org').first()).toBeVisible();

    // A step that asks for a password elsewhere asks for a fresh sign-in here.
    await page.goto(`${relay.url}/account/delete`);
    await expect(page.locator('button.danger')).toHaveCount(0);
    await page.getByRole('button', { name: 'Confirm with Our House' }).click();
    await signInThere(page, 'ann');
    await expect(page.getByText('Confirmed. For ten minutes')).toBeVisible();
    await page.locator('#confirmation').fill('ann.lee@example.org');
    await page.locator('button.danger').click();
    await expect(page.getByText('Your account and all that belonged to it is deleted.')).toBeVisible();
    expect(relay.log).not.toMatch(/[?&]code=/);
  });
}

test('an account is linked by a verified address only, and its person is told', async ({ page, context }) => {
  await start();
  await provider.listen(relay.url);
  await person.signUp(page, relay);
  await signOut(page);
  const before = mails(relay.outbox).length;
  provider.people.set('ann', { email: person.address, email_verified: false });
  await page.goto(`${relay.url}/sign-in`);
  await button(page).click();
  await signInThere(page, 'ann');
  await expect(page.getByText('did not confirm that your mail address is yours')).toBeVisible();
  provider.people.set('ann', { email: person.address, email_verified: true });
  await button(page).click();
  await expect(page).toHaveURL(`${relay.url}/aliases`);
  expect((await waitForMail(relay.outbox, before + 1)).header('Subject')).toBe('A new way to sign in to your account');
  await page.goto(`${relay.url}/account`);
  const section = page.getByRole('region', { name: 'Sign-in with Our House' });
  await expect(section).toContainText('You sign in with Our House.');
  await expectAccessible(page, 'Account');
  await section.getByText('Unlink…').click();
  await section.getByLabel('Your password').fill(person.password);
  await section.getByRole('button', { name: 'Unlink' }).click();
  await expect(page.getByText('no longer linked')).toBeVisible();
  // Linked again by hand, with a sign-in of its own although the provider knows the person.
  await page.getByRole('button', { name: 'Link with Our House' }).click();
  await signInThere(page, 'ann');
  await expect(page.getByText('Your account is linked with the sign-in provider.')).toBeVisible();
  expect((await context.cookies(relay.url)).map((cookie) => cookie.name)).not.toContain('sealpost_trip');
});

test('an invitation makes an account at the provider', async ({ page }) => {
  await start({ SEALPOST_SIGN_UP: 'invite', SEALPOST_LOCAL_SIGN_IN: 'off' });
  provider.people.set('ann', { email: 'ann.lee@example.org', email_verified: true });
  await provider.listen(relay.url);
  const invitation = /\b([a-z2-7]{4}-){5}[a-z2-7]{4}\b/.exec(relay.command('invite'))![0];
  await page.goto(`${relay.url}/sign-up`);
  await expectAccessible(page, 'Sign up');
  const signUp = page.getByRole('button', { name: 'Sign up with Our House' });
  await page.getByLabel('Invitation').fill('aaaa-bbbb');
  await signUp.click();
  await signInThere(page, 'ann');
  await expect(page.getByText('This invitation is not valid, or was used already.')).toBeVisible();
  await page.goto(`${relay.url}/sign-up`);
  await page.getByLabel('Invitation').fill(invitation);
  await signUp.click();
  await expect(page).toHaveURL(`${relay.url}/aliases`);
  await expect(page.getByText('ann.lee@example.org').first()).toBeVisible();
});

test('without local sign-in there is the provider only', async ({ page }) => {
  await start({ SEALPOST_LOCAL_SIGN_IN: 'off' });
  await provider.listen(relay.url);
  for (const path of ['/sign-in', '/sign-up', '/forgot', '/forgot/code']) {
    await page.goto(relay.url + path);
    await expect(button(page)).toBeVisible();
    await expect(page.getByRole('textbox')).toHaveCount(0);
  }
  await page.goto(`${relay.url}/sign-in`);
  await expectAccessible(page, 'Sign in');
  provider.people.set('ann', { email: person.address, email_verified: true });
  await button(page).click();
  await signInThere(page, 'ann');
  await expect(page).toHaveURL(`${relay.url}/aliases`);
  await page.goto(`${relay.url}/account`);
  await expect(page.getByRole('heading', { level: 2 })).toHaveText(['Sign-in with Our House', 'Sessions', 'Your data and your tools']);
  await expectAccessible(page, 'Account');
  expect(() => relay.command('account', 'reset-password', person.address)).toThrow();
});
