package archive

import (
	"time"

	"exemplar/internal/store"
)

// An export is a ZIP file that people can look into:
//
//	pictures/LABEL/ID.jpg   the stored pictures
//	features/ID.bin         local features, if the reference has any
//	words/ID.bin            visual words of the features, if it has any
//	embeddings.npy          float32 (n,4,dim), rows in the order of the manifest
//	manifest.json           everything else, with the SHA-256 of every file
const (
	exportFormat   = "exemplar-gallery"
	exportVersion  = 1
	manifestName   = "manifest.json"
	embeddingsName = "embeddings.npy"
)

type manifest struct {
	manifestHead
	References []manifestRecord `json:"references"`
}

type manifestHead struct {
	Format           string `json:"format"`
	Version          int    `json:"version"`
	Gallery          string `json:"gallery"`
	Model            string `json:"model"`
	Dim              int    `json:"dim"`
	EmbeddingsSHA256 string `json:"embeddings_sha256"`
}

type manifestRecord struct {
	ID             string         `json:"id"`
	Label          store.Label    `json:"label"`
	SHA256         string         `json:"sha256"` // of the image as it arrived
	Source         string         `json:"source"`
	Note           string         `json:"note,omitempty"`
	Contents       store.Contents `json:"contents,omitempty"`
	Registered     time.Time      `json:"registered"`
	Width          int            `json:"width"`
	Height         int            `json:"height"`
	Picture        string         `json:"picture"`
	PictureSHA256  string         `json:"picture_sha256"`
	Features       string         `json:"features,omitempty"`
	FeaturesSHA256 string         `json:"features_sha256,omitempty"`
	Words          string         `json:"words,omitempty"`
	WordsSHA256    string         `json:"words_sha256,omitempty"`
	Vocabulary     string         `json:"vocabulary,omitempty"` // of the words
}
