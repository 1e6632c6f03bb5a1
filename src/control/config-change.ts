// The one name under which the feed knows the configuration: it is copied whole, so any change of it condemns the whole.
import type { ChangeName } from '../feed/change.ts'

export const CONFIG_CHANGE: ChangeName = { kind: 'config', subject: 'config' }
