// Runs the steps in their order and stops at the first that fails.
import { err, ok, type Result } from '../../result.ts'
import type { DeployDeps } from './deps.ts'
import type { Step } from './plan.ts'
import { ACTIONS, type Progress } from './steps.ts'

export interface StepFailure {
  readonly step: Step
  readonly reason: string
}

export async function runPlan(
  steps: readonly Step[],
  begin: Progress,
  deps: DeployDeps,
): Promise<Result<Progress, StepFailure>> {
  let progress = begin
  for (const [index, step] of steps.entries()) {
    deps.say(`[${index + 1}/${steps.length}] ${step.title}`)
    const done = await ACTIONS[step.name](progress, deps)
    if (!done.ok) return err({ step, reason: done.error })
    progress = done.value
  }
  return ok(progress)
}
