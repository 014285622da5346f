//! OpenPGP, judged by GnuPG and sq: they open what was sealed here, and write what is opened here.
mod answers;
mod big;
mod craft;
mod gnupg;
mod hostile;
mod keys;
mod layers;
mod modern;
mod mutations;
mod relay;
mod sealed;
mod sq;
mod submitted;
