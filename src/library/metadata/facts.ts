import type { Tags } from './tags.ts';

export type RecordKind = 'image' | 'video' | 'audio' | 'document' | 'unknown';

/** What ExifTool says of a file, beside what goes into fields. */
export interface Facts {
  mime: string | null;
  kind: RecordKind;
  /** Pixels. */
  width?: number;
  height?: number;
  colour?: Colour;
  /** An identity that the file carries, written there by a library or by an editor. */
  uuid?: string;
}

export const colours = ['rgb', 'cmyk', 'gray', 'lab', 'indexed', 'bitmap'] as const;
type Colour = (typeof colours)[number];

/** In this order: what this library writes itself comes first. */
const UUID_TAGS = ['XMP-exif:ImageUniqueID', 'IPTC:UniqueDocumentID', 'XMP-xmpMM:DocumentID'];
const SIZE_TAG = 'Composite:ImageSize';
/** The profile says more than the components, and those more than what an editor noted. */
const COLOUR_TAGS = [
  'ICC_Profile:ColorSpaceData',
  'Photoshop:ColorMode',
  'PNG:ColorType',
  'EXIF:PhotometricInterpretation',
  'File:ColorComponents',
  'XMP-photoshop:ColorMode',
];

/** The tags to ask ExifTool for. */
export const factTags = ['File:MIMEType', SIZE_TAG, ...UUID_TAGS, ...COLOUR_TAGS];

export function readFacts(tags: Tags): Facts {
  const mime = tags.text('File:MIMEType')?.toLowerCase() ?? null;
  const [width, height] = tags.find(SIZE_TAG)?.raw[0]?.split(/[ x]/).map(Number) ?? [];
  const colour = toColour(tags.text(...COLOUR_TAGS));
  const uuid = UUID_TAGS.map((tag) => toUuid(tags.text(tag))).find((found) => found !== undefined);
  return {
    mime,
    kind: kindOf(mime),
    ...(width && height ? { width, height } : {}),
    ...(colour ? { colour } : {}),
    ...(uuid ? { uuid } : {}),
  };
}

/** MIME types of documents and moving pictures that do not begin with `text/` or `video/`. */
const DOCUMENT =
  /^(?:text\/.+|application\/(?:pdf|rtf|postscript|msword|illustrator|epub\+zip|xml|json|vnd\.(?:ms-(?!fontobject|cab)|openxmlformats-officedocument\.|oasis\.opendocument\.|adobe\.illustrator|apple\.|visio).*|x-(?:indesign|iwork|mspublisher|tex).*))$/;
const VIDEO = /^(?:video\/.+|application\/(?:mxf|vnd\.rn-realmedia|x-shockwave-flash))$/;

/** What sort of thing a MIME type is. */
export function kindOf(mime: string | null): RecordKind {
  if (mime === null) return 'unknown';
  if (mime.startsWith('image/')) return 'image';
  if (mime.startsWith('audio/')) return 'audio';
  if (VIDEO.test(mime)) return 'video';
  return DOCUMENT.test(mime) ? 'document' : 'unknown';
}

const UUID = /(?:^|[:.])([\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})$/i;

/** A UUID as PostgreSQL writes it, also one behind `uuid:` or `xmp.did:`. Cameras' own numbers are none. */
function toUuid(text: string | undefined): string | undefined {
  const found = UUID.exec(text ?? '')?.[1]?.toLowerCase();
  return found === undefined || /^[0-]+$/.test(found) ? undefined : found;
}

const COLOURS: readonly [RegExp, Colour][] = [
  [/^cmyk|^4$/, 'cmyk'],
  [/^(?:s?rgb|ycbcr|3$|color filter|linear raw)/, 'rgb'],
  [/gr[ae]y|^duotone|blackiszero|whiteiszero|^1$/, 'gray'],
  [/lab/, 'lab'],
  [/palette|indexed/, 'indexed'],
  [/^bitmap/, 'bitmap'],
];

function toColour(text: string | undefined): Colour | undefined {
  const said = text?.toLowerCase();
  return said === undefined ? undefined : COLOURS.find(([pattern]) => pattern.test(said))?.[1];
}
