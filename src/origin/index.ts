// The package entry `latchkey/origin`: what an origin server needs to trust the gateway's word. No other file of the
// package is public.
export { createVerifier, type Verified, type Verifier, type VerifierOptions } from './verifier.ts'
export type { Consumer } from './consumer.ts'
export type { HeaderSource } from './assertion.ts'
export type { Reason } from './reason.ts'
