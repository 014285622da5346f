// A furnished relay for tests that only look: made once for each worker, and anew before its pages would change by themselves.
import { test as base, type Browser, type BrowserContext } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { furnish, type World } from './pages.ts';
import { Relay } from './relay.ts';

/** Administrators change things within ten minutes of their password. Half of that is left for the test that begins last. */
const FRESH = 5 * 60_000;

interface Furnished {
  world: World;
  /** The cookies of the person whom it belongs to. */
  storageState: Awaited<ReturnType<BrowserContext['storageState']>>;
  since: number;
}

async function make(browser: Browser): Promise<Furnished> {
  const since = Date.now();
  const page = await browser.newPage();
  const world = await furnish(page, await Relay.start());
  const storageState = await page.context().storageState();
  await page.context().close();
  return { world, storageState, since };
}

/** `furnished` must be as it was after the test: the next one gets the same. */
export const test = base.extend<{ furnished: Furnished }, { kept: { furnished?: Furnished } }>({
  kept: [
    async ({}, use) => {
      const kept: { furnished?: Furnished } = {};
      await use(kept);
      await kept.furnished?.world.relay.remove();
    },
    { scope: 'worker' },
  ],
  furnished: async ({ browser, kept }, use, info) => {
    if (kept.furnished && Date.now() - kept.furnished.since > FRESH) {
      await kept.furnished.world.relay.remove();
      delete kept.furnished;
    }
    kept.furnished ??= await make(browser);
    const { relay } = kept.furnished.world;
    const from = relay.log.length;
    await use(kept.furnished);
    if (info.status !== info.expectedStatus) writeFileSync(info.outputPath('relay.log'), relay.log.slice(from));
  },
});
