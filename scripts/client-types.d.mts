/** What an entry of the client library exports. */
export interface ClientTypes {
  readonly name: string;
  /** The text of its declarations. */
  readonly types: string;
  /** As API Extractor makes it: a package with one entry point. */
  readonly model: { readonly members: readonly { readonly members: readonly ModelItem[] }[] };
}

/** A name that is exported, or a member of one. */
export interface ModelItem {
  readonly kind: string;
  /** A name that is one of the browser's too ends with `_2`. */
  readonly name?: string;
  readonly docComment?: string;
  readonly excerptTokens: readonly ModelToken[];
  readonly members?: readonly ModelItem[];
  readonly isProtected?: boolean;
  readonly isStatic?: boolean;
  readonly isOptional?: boolean;
  readonly isReadonly?: boolean;
  readonly propertyTypeTokenRange?: TokenRange;
  readonly typeTokenRange?: TokenRange;
  readonly extendsTokenRange?: TokenRange;
  readonly extendsTokenRanges?: readonly TokenRange[];
}

export interface ModelToken {
  readonly kind: 'Content' | 'Reference';
  readonly text: string;
  readonly canonicalReference?: string;
}

export interface TokenRange {
  readonly startIndex: number;
  readonly endIndex: number;
}

export function clientTypes(root: string): Promise<readonly ClientTypes[]>;
