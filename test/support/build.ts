// Before the e2e tests: the Worker and the portal are built from the sources that are being tested. Once, for whichever of their projects
// comes first.
import { buildWorker } from '../../tools/build.ts'
import { buildPortal } from '../../tools/portal.ts'

const BUILT = Symbol.for('latchkey built')

export async function setup(): Promise<void> {
  const run: typeof globalThis & { [BUILT]?: Promise<unknown> } = globalThis
  await (run[BUILT] ??= Promise.all([buildWorker(), buildPortal()]))
}
