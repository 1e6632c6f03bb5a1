// The reason of a revocation on the wire: in the words of whoever revokes, but for the one that a rotation gives by itself.
import { CANCELLED } from '../../policy/rotation.ts'
import * as field from '../fields.ts'

const MAX_REASON = 256

// A key that bears it cannot be restored, and whoever asks why is told of a rotation.
export const revocationReason = field
  .text(MAX_REASON)
  .refine(
    (reason) => reason.trim().toLowerCase() !== CANCELLED,
    'Is what a rotation says that was called off: say it in your own words.',
  )
