import { defineConfig } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// The system's Chromium or Chrome: Playwright's own browsers are never downloaded.
const finder = fileURLToPath(new URL('../scripts/find-browser', import.meta.url));
const chromium = spawnSync(finder, { encoding: 'utf8' }).stdout.trim();
if (!chromium) throw new Error('Missing for the tests: Chromium or Google Chrome');

export default defineConfig({
  testDir: 'tests',
  // Only a hang lasts so long, on a busy machine too.
  timeout: 90_000,
  expect: { timeout: 12_000 },
  // Every test has a relay of its own; two at once is what two processors bear. A file is shared between both, so that the
  // longest one does not keep the other waiting.
  workers: 2,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  retries: 0,
  reporter: [['list']],
  use: {
    launchOptions: {
      executablePath: chromium,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
        // A plain-http origin other than localhost, for which browsers hold back what they keep for secure ones.
        '--host-resolver-rules=MAP plain.example 127.0.0.1'],
    },
    screenshot: 'only-on-failure',
    trace: 'off',
  },
});
