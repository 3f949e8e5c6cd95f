// Unit tests of the extensions, on Shopify's own tester: `node_modules/.bin/vitest run` (bin/check-extensions runs them).
import {defineConfig} from 'vitest/config';

export default defineConfig({
  oxc: {jsx: {runtime: 'automatic', importSource: 'preact'}},
  test: {
    include: ['extensions/*/tests/**/*.test.{ts,tsx}'],
    environment: 'jsdom',
    server: {deps: {inline: ['@shopify/ui-extensions-tester']}}, // else Node is asked to read .tsx
  },
} as never);
