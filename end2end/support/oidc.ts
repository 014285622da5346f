// A real provider (npm's oidc-provider, certified by the OpenID Foundation) on this machine, with people of the test.
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import type { Page } from '@playwright/test';
import Provider from 'oidc-provider';
import { freePort } from './relay.ts';

export interface Account {
  email: string;
  email_verified: boolean;
}

export class OidcProvider {
  /** By login, which is the subject, too. */
  readonly people = new Map<string, Account>();
  private server: Server | undefined;
  private constructor(readonly port: number) {}

  /** It listens from `listen` on. */
  static async create(): Promise<OidcProvider> {
    return new OidcProvider(await freePort());
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The relay's settings for it. */
  environment(more: Record<string, string> = {}): Record<string, string> {
    return {
      SEALPOST_OIDC_ISSUER: this.issuer,
      SEALPOST_OIDC_CLIENT_ID: 'sealpost',
      SEALPOST_OIDC_CLIENT_SECRET: 'a-secret-of-the-test',
      SEALPOST_OIDC_NAME: 'Our House',
      ...more,
    };
  }

  /** For the relay at this URL. */
  async listen(relay: string): Promise<void> {
    const provider = new Provider(this.issuer, {
      clients: [{
        client_id: 'sealpost',
        client_secret: 'a-secret-of-the-test',
        redirect_uris: [`${relay}/sign-in/provider/return`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'] },
      cookies: { keys: ['a-key-of-the-test'] },
      pkce: { required: () => true },
      findAccount: (_: unknown, login: string) => ({
        accountId: login,
        claims: async () => ({ sub: login, ...this.people.get(login) }),
      }),
      // Its operator has consented for everybody.
      loadExistingGrant: async (context: any) => {
        const grant = new context.oidc.provider.Grant({
          clientId: context.oidc.client.clientId,
          accountId: context.oidc.session.accountId,
        });
        grant.addOIDCScope('openid email');
        await grant.save();
        return grant;
      },
    } as never);
    await new Promise<void>((done) => (this.server = provider.listen(this.port, '127.0.0.1', done)));
    if ((this.server!.address() as AddressInfo).port !== this.port) throw new Error('the provider has another port');
  }

  async stop(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

/** On the provider's page. */
export async function signInThere(page: Page, login: string): Promise<void> {
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
}
