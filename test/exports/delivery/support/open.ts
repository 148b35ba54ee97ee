import {
  openChannel,
  type Delivery,
  type OpenDestination,
} from '../../../../src/exports/delivery/open-destination.ts';
import { destinationsSchema } from '../../../../src/exports/delivery/destinations-section.ts';

/** Opens a destination with these settings, as an export would that changes `override`. */
export function openDestination(settings: object, override: Partial<Delivery> = {}): OpenDestination {
  const { reports } = destinationsSchema.parse({ reports: settings });
  return openChannel(reports!, { root: '/', override: { to: 'reports', ...override } });
}
