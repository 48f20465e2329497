package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// TLSEnv is the environment variable by which the host hands its [Credential]
// to the process it starts.
const TLSEnv = "VLMSPEC_BACKEND_TLS"

// Credential is a certificate with its key that vlmspec and one backend process
// share: each takes nobody else for the other. It is written as base64 of the
// certificate, a dot, and base64 of the PKCS #8 key.
//
// go-plugin's AutoMTLS does the same with P-521, for which Go has no assembly:
// four handshake signatures then take half of the start of a backend.
type Credential string

// NewCredential makes one for the life of a process.
func NewCredential() (Credential, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: serverName},
		DNSNames:              []string{serverName},
		NotBefore:             time.Now().Add(-time.Hour), // clocks may be set back
		NotAfter:              time.Now().AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return "", err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return Credential(base64.StdEncoding.EncodeToString(cert) + "." + base64.StdEncoding.EncodeToString(pkcs8)), nil
}

// serverName is what the certificate is for; nobody looks it up.
const serverName = "vlmspec-backend"

// Config is mutual TLS for either side; nil for an empty credential, with which
// a backend under a debugger is served.
func (c Credential) Config() (*tls.Config, error) {
	if c == "" {
		return nil, nil //nolint:nilnil // as go-plugin has it
	}
	own, err := c.certificate()
	if err != nil {
		return nil, fmt.Errorf("read the TLS credential: %w", err)
	}
	other := x509.NewCertPool()
	other.AddCert(own.Leaf)
	return &tls.Config{
		Certificates: []tls.Certificate{own}, RootCAs: other, ClientCAs: other, ClientAuth: tls.RequireAndVerifyClientCert,
		ServerName: serverName, MinVersion: tls.VersionTLS13,
	}, nil
}

func (c Credential) certificate() (tls.Certificate, error) {
	cert, key, err := c.decode()
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(cert)
	if err != nil {
		return tls.Certificate{}, err
	}
	private, err := x509.ParsePKCS8PrivateKey(key)
	return tls.Certificate{Certificate: [][]byte{cert}, PrivateKey: private, Leaf: leaf}, err
}

func (c Credential) decode() (cert, key []byte, err error) {
	first, second, found := strings.Cut(string(c), ".")
	if !found {
		return nil, nil, errors.New("it has no dot")
	}
	cert, err1 := base64.StdEncoding.DecodeString(first)
	key, err2 := base64.StdEncoding.DecodeString(second)
	return cert, key, errors.Join(err1, err2)
}
