#!/usr/bin/env node
// The command `latchkey`.
import { listenForFailures } from './output.ts'
import { run } from './run.ts'

/** Of the package: tools/build.ts puts it here. */
declare const LATCHKEY_VERSION: string

const { stdin, stdout, stderr, env } = process
listenForFailures(process)
process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, env, fetch }, LATCHKEY_VERSION)
