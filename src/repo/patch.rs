//! Patches read as text: which paths they write.
