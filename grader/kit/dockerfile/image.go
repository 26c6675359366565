package dockerfile

import (
	"path"
	"strings"
)

// Image is an image from outside that the file builds on.
type Image struct {
	Ref        string // as the engine would be asked for it; "" for none
	Repository string // without tag and digest
	Tag        string // "" when none is written
	Digest     string // with its algorithm: "sha256:…"
	By         Instruction
}

// newImage takes a reference apart (the grammar of distribution/reference:
// the tag follows the last colon after the last slash).
func newImage(ref string, by Instruction) Image {
	i := Image{Ref: ref, Repository: ref, By: by}
	if name, digest, ok := strings.Cut(i.Repository, "@"); ok {
		i.Repository, i.Digest = name, digest
	}
	if colon := strings.LastIndexByte(i.Repository, ':'); colon > strings.LastIndexByte(i.Repository, '/') {
		i.Repository, i.Tag = i.Repository[:colon], i.Repository[colon+1:]
	}
	return i
}

// IsScratch reports whether this is the empty image.
func (i Image) IsScratch() bool { return i.Ref == "scratch" }

// Name returns the repository's last part: "golang" for every mirror of it.
func (i Image) Name() string { return path.Base(i.Repository) }

// Moves reports whether the reference means whatever was published last: no
// tag and no digest, or the tag latest.
func (i Image) Moves() bool {
	return !i.IsScratch() && i.Digest == "" && (i.Tag == "" || i.Tag == "latest")
}

// User returns the user that the image is known to run as unless a USER says
// otherwise, or "" for root and for images that nothing is known of. Known are
// distroless's tags that say nonroot and Chainguard's images.
func (i Image) User() string {
	if strings.Contains(i.Tag, "nonroot") || strings.HasPrefix(i.Repository, "cgr.dev/chainguard/") {
		return "nonroot"
	}
	return ""
}

// Images returns every image from outside that the file names, in FROM, COPY
// --from and RUN --mount=from, in the file's order; scratch is none.
func (f *File) Images() []Image {
	var all []Image
	add := func(i Image) {
		if i.Ref != "" && !i.IsScratch() {
			all = append(all, i)
		}
	}
	for _, s := range f.Stages {
		if s.Parent == nil {
			add(s.Root())
		}
		for _, step := range s.Own {
			if step.Copy != nil {
				add(step.Copy.Image)
			}
			if step.Run != nil {
				for _, m := range step.Run.Mounts {
					add(m.Image)
				}
			}
		}
	}
	return all
}
