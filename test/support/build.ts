// Before the tests from outside: what they ask is built from the sources that are being tested. Once, for whichever of their projects
// comes first: none of them builds it again, because others are using it.
import { buildCli, buildWorker } from '../../tools/build.ts'
import { buildPortal } from '../../tools/portal.ts'

const BUILT = Symbol.for('latchkey built')

export async function setup(): Promise<void> {
  const run: typeof globalThis & { [BUILT]?: Promise<unknown> } = globalThis
  await (run[BUILT] ??= Promise.all([buildWorker(), buildPortal(), buildCli()]))
}
