import { resolve } from 'node:path'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

/** What measures, or counts on times: each has the machine to itself. */
const ALONE = ['bench-revocation', 'limits', 'revoked-streams', 'sockets', 'streams'].map(
  (name) => `test/e2e/${name}.test.ts`,
)

/** Tests against what was built, from outside. Most of their time they wait for other processes. */
const BUILT = {
  globalSetup: ['test/support/build.ts'],
  environment: 'node',
  // Ends what hangs. A start takes some seconds on a machine of its own, and half a minute beside another one.
  testTimeout: 180_000,
  hookTimeout: 180_000,
}

/**
 * What the Worker takes from packages, each as one module: every file of tests has an isolate of its own, which otherwise reads some
 * hundred modules anew. All entries of a package that share a class stand here, or there would be two of it.
 */
const BUNDLED = [
  '@hono/zod-openapi',
  '@noble/hashes/pbkdf2.js',
  '@noble/hashes/scrypt.js',
  '@noble/hashes/sha2.js',
  '@noble/hashes/utils.js',
  'bcryptjs',
  'drizzle-orm',
  'drizzle-orm/batch',
  'drizzle-orm/d1',
  'drizzle-orm/errors',
  'drizzle-orm/sqlite-core',
  'hono',
  'hono/client',
  'hono/cookie',
  'hono/etag',
  'hono/factory',
  'hono/html',
  'hono/http-exception',
  'hono/method-not-allowed',
  'jose',
  'openid-client',
  'temporal-polyfill',
  'uuidv7',
  'zod',
]

export default defineConfig({
  test: {
    // In CI the results are also left as a file, for the line that counts them.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'dist/test-results.json' }]] : ['default'],
    projects: [
      {
        // examples/ imports the package by its name, as its readers will.
        resolve: { alias: { 'latchkey/origin': resolve('src/origin/index.ts') } },
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/*.test.ts'],
          environment: 'node',
          // Of two processors the runner would take one.
          maxWorkers: 2,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            main: './src/worker.ts',
            miniflare: {
              compatibilityDate: '2026-10-23',
              compatibilityFlags: ['nodejs_compat', 'global_fetch_strictly_public'],
              d1Databases: ['DB'],
              kvNamespaces: ['KV'],
              durableObjects: {
                HUB: { className: 'InvalidationHub', useSQLite: true },
                RELAY: { className: 'InvalidationRelay', useSQLite: true },
                LIMITER: { className: 'Limiter', useSQLite: true },
              },
              ratelimits: {
                FAILURES: { namespace_id: '1001', simple: { limit: 20, period: 60 } },
                SELF_SERVICE: { namespace_id: '1002', simple: { limit: 60, period: 60 } },
              },
              bindings: {
                TEST_MIGRATIONS: await readD1Migrations('migrations'),
                ADMIN_TOKEN: 'test-admin-token-0123456789abcdefghij',
                LATCHKEY_SECRET: 'test-secret-0123456789abcdefghijklmnopqrstuv',
                LOCAL_DEVELOPMENT: 'true',
              },
            },
          })),
        ],
        test: {
          name: 'workerd',
          deps: { optimizer: { ssr: { enabled: true, include: BUNDLED } } },
          include: ['test/workerd/**/*.test.ts'],
          maxWorkers: 2,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...BUILT,
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
          exclude: ALONE,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...BUILT,
          name: 'portal',
          include: ['test/e2e/portal/*.test.ts'],
          // A page has until then to show what it is asked for: a second is short for a browser beside another one.
          expect: { poll: { timeout: 20_000 } },
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...BUILT,
          name: 'alone',
          include: ALONE,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
