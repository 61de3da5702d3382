# Nix: nix-build -E 'with import <nixpkgs> { }; callPackage ./pkg/nix/package.nix { }', in the repository.
{ lib, rustPlatform, installShellFiles }:

rustPlatform.buildRustPackage {
  pname = "crosspyc";
  version = "@VERSION@";

  src = lib.cleanSource ../..;
  cargoLock.lockFile = ../../Cargo.lock;

  nativeBuildInputs = [ installShellFiles ];

  # The tests run git and compare with files of a checkout; the public CI runs them.
  doCheck = false;

  postInstall = ''
    bash scripts/package generated "$out/bin/crosspyc"
    installManPage target/generated/man/*.1
    installShellCompletion target/generated/complete/*.{bash,fish} target/generated/complete/_crosspyc{,-run}
  '';

  meta = {
    description = "@DESCRIPTION@";
    homepage = "@HOMEPAGE@";
    changelog = "@REPOSITORY@/blob/v@VERSION@/CHANGELOG.md";
    license = with lib.licenses; [ mit asl20 ];
    mainProgram = "crosspyc";
  };
}
