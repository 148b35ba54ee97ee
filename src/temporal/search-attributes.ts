import type { Client } from '@temporalio/client';
import { kindAttribute, taskAttribute } from '../task/names.ts';

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const keyword = 2;

/**
 * Registers `RegieTask` and `RegieKind` where they are missing. A server whose operator service is closed
 * (Temporal Cloud) needs them registered beforehand: the error says how.
 */
export async function ensureSearchAttributes(client: Client): Promise<void> {
  const { namespace } = client.options;
  const { operatorService } = client.connection;
  const names = [taskAttribute, kindAttribute];
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = names.filter((name) => customAttributes?.[name] === undefined);
    if (missing.length === 0) return;
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
    });
  } catch (error) {
    throw new Error(
      `the search attributes ${names.join(' and ')} could not be registered in namespace ${namespace}; ` +
        `do it once: temporal operator search-attribute create ${names.map((n) => `--name ${n} --type Keyword`).join(' ')}`,
      { cause: error },
    );
  }
}
