/** Where systemd looks for units, by systemd.unit(5). A file replaces those with its name in the folders after it. */
const FOLDERS = [
  /(?:^|\/)\.config\/systemd\//,
  /(?:^|\/)etc\/systemd\//,
  /(?:^|\/)run\/systemd\//,
  /(?:^|\/)\.local\/share\/systemd\//,
  /(?:^|\/)usr\/local\/lib\/systemd\//,
  /(?:^|\/)lib\/systemd\//,
];

/** The place of a path in the order of systemd's folders, from 0; one number for all paths outside of them. */
export function folderRank(path: string): number {
  const rank = FOLDERS.findIndex((folder) => folder.test(path));
  return rank === -1 ? FOLDERS.length : rank;
}

/** Whether systemd uses one path instead of another with the same name. */
export const replacesInSystemd = (path: string, other: string): boolean =>
  folderRank(path) < folderRank(other) && folderRank(other) < FOLDERS.length;
