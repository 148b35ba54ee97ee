import type { Config } from '../../config/schema.ts';
import { openChannel } from '../../exports/delivery/open.ts';
import type { Override } from '../../exports/ledger/delivery.ts';
import type { Description } from '../../exports/host/description.ts';
import { messageOf } from '../../task/errors.ts';

/** What a module asks of the configuration that there is not: destinations, and what they cannot be asked for. */
export function faultsIn(
  { root, destinations }: Pick<Config, 'root' | 'destinations'>,
  { target }: Description,
): string[] {
  return target.deliver.flatMap((to) => {
    const destination = destinations[to.to];
    if (!destination)
      return [
        `target.deliver: the configuration has no destination ${to.to}; expected one of ${Object.keys(destinations).join(', ') || '(none)'}`,
      ];
    try {
      openChannel(destination, { root, override: to as Override });
      return [];
    } catch (error) {
      return [messageOf(error)];
    }
  });
}
