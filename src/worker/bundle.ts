import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WorkflowBundleOption } from '@temporalio/worker';

/**
 * Written by the build (scripts/build.mjs), beside the compiled code.
 * @public
 */
export const bundleFile = fileURLToPath(new URL('../workflows.bundle.js', import.meta.url));

/** The workflows for a worker: the bundle of the build, or, from the sources, one made now (about a second). */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  try {
    await access(bundleFile);
    return { codePath: bundleFile };
  } catch {
    return makeBundle();
  }
}

/** Bundles the workflow code. Throws when it imports something that is not deterministic. */
export async function makeBundle(): Promise<{ code: string }> {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(`../workflows/index.${extension}`, import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
}
