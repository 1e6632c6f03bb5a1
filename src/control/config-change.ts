// The one name under which the feed knows the configuration: it is copied whole, so any change of it condemns the whole.
import type { ChangeName } from '../feed/change.ts'
import type { StoredSettings } from '../model/settings.ts'

export const CONFIG_CHANGE: ChangeName = { kind: 'config', subject: 'config' }

/** What a change of settings is published as; null where the edge holds nothing of them. */
export function changeOfSettings(set: Partial<StoredSettings>): ChangeName | null {
  return Object.keys(set).some((name) => name !== 'portal') ? CONFIG_CHANGE : null
}
