import { messageOf, PermanentError } from '../task/errors.ts';
import type { Installation } from '../task/installation.ts';
import { destinationOf, openChannel } from './delivery/open-destination.ts';
import { described, type ExportTask } from './described.ts';
import type { Description } from './host/job.ts';
import type { Override } from './ledger/delivery.ts';
import { destinationsSection } from './export-settings.ts';

/** What is wrong with an export that can be known before a run, in words: its module, and what it asks of the configuration. */
export async function faultOf(which: ExportTask): Promise<string | undefined> {
  try {
    const faults = faultsOfTarget(which.config, await described(which));
    return faults.length > 0 ? `the export ${which.task}: ${faults.join('; ')}` : undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Destinations that there are not, and what those that there are cannot be asked for. */
function faultsOfTarget(config: Installation, { target }: Description): string[] {
  const destinations = destinationsSection.of(config);
  return target.deliver.flatMap((to) => {
    try {
      openChannel(destinationOf(destinations, to.to), { root: config.root, override: to as Override });
      return [];
    } catch (error) {
      const isUnknown = error instanceof PermanentError && error.type === 'UnknownDestination';
      return [isUnknown ? `target.deliver: ${error.message}` : messageOf(error)];
    }
  });
}
