package drawnpdf

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"strings"
)

// encryption is how the streams of a file are encrypted by a user's password (ISO 32000-1,
// 7.6; ISO 32000-2 for 256 bits). Strings are not, so that files must have none.
type encryption int

const (
	rc4With40  encryption = iota // revision 2
	rc4With128                   // revision 3
	aesWith128                   // revision 4
	aesWith256                   // revision 6
)

const (
	// padding fills passwords up to 32 bytes (algorithm 2).
	padding = "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A"
	fileID  = "0123456789abcdef"
	allowed = "\xFC\xFF\xFF\xFF" // -4: everything is permitted
	salts   = "saltsalt"
)

// encrypted writes the objects of a file, encrypted. The owner's password is the user's.
func encrypted(objects []string, kind encryption, password string) []byte {
	key, entries := fileKey(kind, password)
	out := make([]string, len(objects))
	for i, object := range objects {
		head, rest, isStream := strings.Cut(object, "stream\n")
		if !isStream {
			out[i] = object
			continue
		}
		data := encrypt(kind, key, i+1, []byte(strings.TrimSuffix(rest, "\nendstream")))
		at := strings.LastIndex(head, "/Length ")
		out[i] = fmt.Sprintf("%s/Length %d>>stream\n%s\nendstream", head[:at], len(data), data)
	}
	return withTable(out, fmt.Sprintf("/ID[<%x><%x>]/Encrypt<</Filter/Standard%s/P -4>>", fileID, fileID, entries))
}

func fileKey(kind encryption, password string) (key []byte, entries string) {
	if kind == aesWith256 {
		return fileKey256(password)
	}
	padded := []byte((password + padding)[:32])
	size, rounds := 5, 1
	if kind != rc4With40 {
		size, rounds = 16, 51
	}
	digest := func(data string) []byte {
		sum := md5.Sum([]byte(data))
		for range rounds - 1 {
			sum = md5.Sum(sum[:size])
		}
		return sum[:size]
	}
	owner := rc4Rounds(digest(string(padded)), padded, rounds > 1)
	key = digest(string(padded) + string(owner) + allowed + fileID)
	user := rc4Rounds(key, []byte(padding), false)
	if rounds > 1 {
		sum := md5.Sum([]byte(padding + fileID))
		user = append(rc4Rounds(key, sum[:], true), make([]byte, 16)...)
	}
	return key, fmt.Sprintf("%s/O<%x>/U<%x>", map[encryption]string{
		rc4With40: "/V 1/R 2", rc4With128: "/V 2/R 3/Length 128",
		aesWith128: "/V 4/R 4/Length 128/CF<</StdCF<</CFM/AESV2/AuthEvent/DocOpen/Length 16>>>>/StmF/StdCF/StrF/StdCF",
	}[kind], owner, user)
}

// rc4Rounds is RC4, once or 20 times with changed keys (algorithms 3 and 5).
func rc4Rounds(key, data []byte, many bool) []byte {
	rounds := 1
	if many {
		rounds = 20
	}
	out := append([]byte(nil), data...)
	for i := range rounds {
		changed := make([]byte, len(key))
		for k := range key {
			changed[k] = key[k] ^ byte(i)
		}
		c, err := rc4.NewCipher(changed)
		must(err)
		c.XORKeyStream(out, out)
	}
	return out
}

// fileKey256 follows algorithms 8 to 10 of ISO 32000-2.
func fileKey256(password string) (key []byte, entries string) {
	sum := sha256.Sum256([]byte("key of the file"))
	key = sum[:]
	wrap := func(hash []byte) []byte { return cbc(hash, make([]byte, 16), key) }
	user := append(hash256(password, salts, ""), salts+salts...)
	userKey := wrap(hash256(password, salts, ""))
	owner := append(hash256(password, salts, string(user)), salts+salts...)
	ownerKey := wrap(hash256(password, salts, string(user)))
	permissions := []byte(allowed + "\xFF\xFF\xFF\xFF" + "Tadb" + "rand")
	block, err := aes.NewCipher(key)
	must(err)
	block.Encrypt(permissions, permissions)
	return key, fmt.Sprintf("/V 5/R 6/Length 256/CF<</StdCF<</CFM/AESV3/AuthEvent/DocOpen/Length 32>>>>/StmF/StdCF/StrF/StdCF/U<%x>/UE<%x>/O<%x>/OE<%x>/Perms<%x>",
		user, userKey, owner, ownerKey, permissions)
}

// hash256 is algorithm 2.B of ISO 32000-2.
func hash256(password, salt, user string) []byte {
	sum := sha256.Sum256([]byte(password + salt + user))
	k := sum[:]
	for round := 0; ; round++ {
		e := cbc(k[:16], k[16:32], []byte(strings.Repeat(password+string(k)+user, 64)))
		rest := 0
		for _, b := range e[:16] {
			rest = (rest*256 + int(b)) % 3
		}
		switch rest {
		case 0:
			s := sha256.Sum256(e)
			k = s[:]
		case 1:
			s := sha512.Sum384(e)
			k = s[:]
		default:
			s := sha512.Sum512(e)
			k = s[:]
		}
		if round >= 63 && int(e[len(e)-1]) <= round-31 {
			return k[:32]
		}
	}
}

// cbc encrypts whole blocks by AES.
func cbc(key, iv, data []byte) []byte {
	block, err := aes.NewCipher(key)
	must(err)
	out := make([]byte, len(data))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, data)
	return out
}

// encrypt encrypts the data of object n (algorithms 1 and 1.A).
func encrypt(kind encryption, key []byte, n int, data []byte) []byte {
	if kind != aesWith256 {
		salted := binary.LittleEndian.AppendUint32(append([]byte(nil), key...), uint32(n))
		salted = append(salted[:len(key)+3], 0, 0)
		if kind == aesWith128 {
			salted = append(salted, "sAlT"...)
		}
		sum := md5.Sum(salted)
		key = sum[:min(len(key)+5, 16)]
	}
	if kind == rc4With40 || kind == rc4With128 {
		return rc4Rounds(key, data, false)
	}
	iv := []byte("0123456789abcdef")
	fill := 16 - len(data)%16
	padded := append(append([]byte(nil), data...), strings.Repeat(string(rune(fill)), fill)...)
	return append(iv, cbc(key, iv, padded)...)
}

// must ends the test whose own constants are wrong.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
