// Before the e2e tests: the Worker and the portal are built from the sources that are being tested.
import { buildWorker } from '../../tools/build.ts'
import { buildPortal } from '../../tools/portal.ts'

export async function setup(): Promise<void> {
  await Promise.all([buildWorker(), buildPortal()])
}
