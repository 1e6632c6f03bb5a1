// Before the e2e tests: the Worker is built from the sources that are being tested.
import { buildWorker } from '../../tools/build.ts'

export async function setup(): Promise<void> {
  await buildWorker()
}
