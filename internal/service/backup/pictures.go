package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"exemplar/internal/pictures"
	"exemplar/internal/service"
)

// picturesFolder is the folder of a backup, and of a restored service, that has the kept
// pictures that were in a folder.
const picturesFolder = "pictures"

// listBatch is how many pictures are listed at once.
const listBatch = 1000

// copyPictures copies the kept pictures that the copied tables have in a folder. Those in a
// bucket stay there, which the manifest says.
func (m *Manifest) copyPictures(ctx context.Context, from, copied *service.Service) error {
	to, err := pictures.Open("dir:" + filepath.Join(copied.Place(), picturesFolder))
	if err != nil {
		return err
	}
	elsewhere := map[string]int{}
	for after := ""; ; {
		list, err := copied.OutsidePictures(ctx, after, listBatch)
		if err != nil {
			return err
		}
		for _, p := range list {
			after = p.Name
			place, err := pictures.Open(p.Place)
			if err != nil { // a bucket, with its endpoint
				elsewhere[p.Place]++
				continue
			}
			if err := m.copyPicture(ctx, from, place, to, p); err != nil {
				return err
			}
		}
		if len(list) < listBatch {
			break
		}
	}
	var said []string
	for _, place := range sorted(elsewhere) {
		said = append(said, fmt.Sprintf("%d kept pictures in %s: copy the bucket, or keep its versions", elsewhere[place], place))
	}
	m.Elsewhere = strings.Join(said, "; ")
	mark, err := copied.FolderMark(ctx)
	if err == nil && mark != "" { // so that what is restored is known as the place of its service
		err = to.Put(ctx, service.PicturesMark, []byte(mark+"\n"))
	}
	return err
}

// copyPicture copies one. What was removed since the moment of the backup is left out.
func (m *Manifest) copyPicture(ctx context.Context, from *service.Service, place, to pictures.Place, p service.OutsidePicture) error {
	if err := room(to.(pictures.Folder).Above(), p.Bytes); err != nil {
		return err
	}
	data, err := place.Get(ctx, p.Name, p.Bytes)
	if err == nil {
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != p.SHA256 {
			err = errors.New("is not what was kept")
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		m.Contents.Pictures++
		return to.Put(ctx, p.Name, data)
	}
	there, lookErr := from.HasOutsidePicture(ctx, p.Name)
	if lookErr != nil || !there {
		return lookErr
	}
	m.Problems = append(m.Problems, fmt.Sprintf("%s: %v", path.Join(picturesFolder, p.Name), err))
	return nil
}
