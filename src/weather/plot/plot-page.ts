import { escape } from './picture.ts';

/** A self-contained page: nothing is fetched, nothing runs. @param body HTML */
export function page(title: string, body: string, style = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
body { margin: 24px auto; max-width: 960px; padding: 0 12px; font-family: 'Source Sans 3', 'Helvetica Neue', Arial, sans-serif; color: #222; background: #fff; }
svg { max-width: 100%; height: auto; }
${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
