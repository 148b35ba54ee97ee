import type { Landscape } from './landscape.ts';

/** A file of the demo: a picture, with what is known of it embedded, or in an XML file beside it. */
export interface DemoFile {
  /** Path below the folder. */
  name: string;
  picture: Landscape;
  /** Embedded, by ExifTool's names with their group. */
  tags: Record<string, string | number | string[]>;
  /** The sidecar file, as the library reads it (docs/library.md). */
  sidecar?: { name: string; xml: string };
}

const credit = { 'XMP-dc:Creator': ['Regie demo'], 'XMP-dc:Rights': 'Drawn by Regie; free to use' };

/** Three pictures, as cameras and agencies send them: folders, blanks and accents in their names. */
export const demoFiles: readonly DemoFile[] = [
  {
    name: 'morning over the bay.png',
    picture: {
      sky: ['#29527a', '#f6c48f'],
      sun: { x: 430, y: 240, color: '#fff3c9' },
      hills: [
        { height: 120, steepness: 22, color: '#7d8fa6' },
        { height: 70, steepness: 14, color: '#46607c' },
        { height: 30, steepness: 5, color: '#1d3a55' },
      ],
    },
    tags: {
      'XMP-dc:Title': 'Morning over the bay',
      'XMP-dc:Description': 'The sun rises behind the hills of the bay',
      'XMP-dc:Subject': ['sea', 'morning', 'hills'],
      ...taken('2026:06:01 05:42:10', 47.5486, -2.9312, 4),
      ...credit,
    },
  },
  {
    name: 'Réunion/piton des neiges.png',
    picture: {
      sky: ['#1769aa', '#cfe8f7'],
      sun: { x: 140, y: 80, color: '#ffffff' },
      hills: [
        { height: 190, steepness: 60, color: '#6d7f73' },
        { height: 90, steepness: 30, color: '#3c6b4a' },
        { height: 35, steepness: 16, color: '#1f4a2e' },
      ],
    },
    tags: {
      'XMP-dc:Title': 'Piton des Neiges',
      'XMP-dc:Description': 'The highest summit of the island, before the clouds come up',
      'XMP-dc:Subject': ['mountain', 'Réunion', 'summit'],
      ...taken('2026:05:17 07:15:00', -21.0994, 55.4803, 3070),
      ...credit,
    },
  },
  {
    name: 'scans/quiet lake.png',
    picture: {
      sky: ['#3d3557', '#d88a7a'],
      sun: { x: 300, y: 270, color: '#ffd9a0' },
      hills: [
        { height: 110, steepness: 18, color: '#5b4a63' },
        { height: 45, steepness: 3, color: '#2a2740' },
      ],
    },
    tags: { 'XMP-dc:Title': 'scan 0417', ...credit },
    sidecar: {
      name: 'scans/quiet lake.xml',
      xml: `<?xml version="1.0" encoding="UTF-8"?>
<record>
  <description>
    <Title>The quiet lake in the evening</Title>
    <Keywords>lake</Keywords>
    <Keywords>evening</Keywords>
  </description>
  <status>x1xxxx</status>
</record>
`,
    },
  },
];

/** When and where a picture was taken: time of the camera's clock, degrees, metres above the sea. */
function taken(time: string, latitude: number, longitude: number, altitude: number): DemoFile['tags'] {
  return {
    'EXIF:DateTimeOriginal': time,
    'EXIF:CreateDate': time,
    'EXIF:GPSLatitude': Math.abs(latitude),
    'EXIF:GPSLatitudeRef': latitude < 0 ? 'S' : 'N',
    'EXIF:GPSLongitude': Math.abs(longitude),
    'EXIF:GPSLongitudeRef': longitude < 0 ? 'W' : 'E',
    'EXIF:GPSAltitude': altitude,
    'EXIF:GPSAltitudeRef': 0,
  };
}
