import { defineConfig } from '@playwright/test';

// Whole mail clients of other people as the person's: `make thunderbird`.
export default defineConfig({
  testDir: 'mail-clients',
  // Only a hang lasts so long.
  timeout: 600_000,
  // One Thunderbird at a time is what two processors bear.
  workers: 1,
  fullyParallel: false,
  forbidOnly: !!process.env.CI,
  retries: 0,
  reporter: [['list']],
});
