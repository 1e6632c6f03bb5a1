// Ends the session of this browser. What was read under it goes before anything else is shown.
import { outside } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import { queries } from '../api/queries.ts'
import { toastFailure } from '../ui/toasts.ts'
import { forgetSession } from './me.ts'

export async function logOut(): Promise<void> {
  try {
    await answered(outside.logout.$post())
    await forgetSession(queries)
  } catch (error) {
    toastFailure(error)
  }
}

/** 204 has no body. */
async function answered(asked: Promise<Pick<Response, 'ok' | 'status'>>): Promise<void> {
  const { ok, status } = await asked
  if (!ok)
    throw new Problem(status, { title: 'You are still logged in', detail: 'Logging out failed. Try again.' })
}
